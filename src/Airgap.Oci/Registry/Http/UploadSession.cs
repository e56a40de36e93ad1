using Airgap.Oci.Content;

namespace Airgap.Oci.Registry.Http;

/// <summary>An upload that a registry has opened: where its next request goes.</summary>
/// <remarks>Source: OCI distribution specification, "Pushing blobs".</remarks>
internal static class UploadSession
{
    /// <summary>The address in an answer of an upload. It may be relative, on another host, and has a query to be kept.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.RegistryProtocol"/>: there is none; <see cref="ErrorCode.RedirectRefused"/>.</exception>
    public static Uri LocationOf(HttpResponseMessage response, bool registryIsLocal, Operation operation)
    {
        Uri from = response.RequestMessage!.RequestUri!;
        string location = Redirects.LocationOf(response)
            ?? throw operation.Failed(ErrorCode.RegistryProtocol, $"{from.Authority} opened an upload without saying where", "Report it to the registry's operator.");
        return Redirects.Resolve(from, location, registryIsLocal, operation);
    }

    /// <summary>The address that finishes an upload.</summary>
    public static Uri WithDigest(Uri location, Digest digest)
    {
        string text = location.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);
        char separator = !text.Contains('?') ? '?' : '&';
        return new Uri($"{text}{(text[^1] is '?' or '&' ? "" : separator)}digest={Uri.EscapeDataString(digest.ToString())}");
    }
}
