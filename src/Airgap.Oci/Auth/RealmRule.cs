using Airgap.Oci.Wire;

namespace Airgap.Oci.Auth;

/// <summary>
/// Decides which token servers receive credentials. The realm comes from the server that answers the first request, so
/// it must not be able to direct credentials to plain http or to an address inside the user's network.
/// </summary>
internal static class RealmRule
{
    /// <summary>The realm's address.</summary>
    /// <param name="realm">The realm as given in the challenge.</param>
    /// <param name="registry">The registry's address.</param>
    /// <param name="registryIsLocal">Whether it is on this machine or network.</param>
    /// <param name="operation">What the token is for.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.TokenRealmRefused"/>.</exception>
    public static Uri Check(string realm, Uri registry, bool registryIsLocal, Operation operation)
    {
        if (!Uri.TryCreate(realm, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
            throw Refused(operation, registry, "a token server that is not an http address");
        if (uri.UserInfo.Length > 0)
            throw Refused(operation, registry, "a token server with a user name in its address");
        if (uri.Scheme == "http" && registry.Scheme == "https")
            throw Refused(operation, registry, $"the token server {Redaction.Url(uri)}, which speaks plain http");
        if (!registryIsLocal && LocalHosts.IsInternal(uri.IdnHost))
            throw Refused(operation, registry, $"the token server {Redaction.Url(uri)}, which is an internal address");
        return uri;
    }

    private static AirgapException Refused(Operation operation, Uri registry, string what) => operation.Failed(
        ErrorCode.TokenRealmRefused,
        $"{registry.Authority} names {what}; nothing was sent there",
        "Check the registry's token service configuration (its realm).");
}
