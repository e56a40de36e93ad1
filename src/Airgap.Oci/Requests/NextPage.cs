using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>The next page of a list, as linked in a response.</summary>
internal static class NextPage
{
    /// <summary>Its address; null on the last page.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.RedirectRefused"/>: another host.</exception>
    public static Uri? Of(HttpResponseMessage response, Uri address, bool isLocal, Operation operation)
    {
        if (LinkHeader.Next(response) is not { } link)
            return null;
        Uri next = Redirects.Resolve(address, link, isLocal, operation);
        return Redirects.IsSameOrigin(address, next)
            ? next
            : throw operation.Failed(
                ErrorCode.RedirectRefused, $"{address.Authority} names a next page on {next.Authority}",
                "Check the registry's configuration (its external URL).");
    }
}
