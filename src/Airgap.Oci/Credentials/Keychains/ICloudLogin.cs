namespace Airgap.Oci.Credentials.Keychains;

/// <summary>
/// Logs in to a cloud's registries without a helper program, when run in the cloud or given its keys.
/// </summary>
internal interface ICloudLogin
{
    /// <summary>The places it searches, for a message: <c>environment, web identity, …</c>.</summary>
    string Places { get; }

    /// <summary>Logs in.</summary>
    /// <returns>Null when no place has credentials.</returns>
    /// <exception cref="CloudException">A place has credentials, but the cloud refuses them.</exception>
    Task<CloudLogin?> FindAsync(string registry, CancellationToken cancellationToken);
}

/// <summary>Credentials that a cloud issued for a registry.</summary>
/// <param name="Credential">The registry's credential.</param>
/// <param name="Expires">The expiry.</param>
/// <param name="From">The place of the credentials, for a trace.</param>
internal sealed record CloudLogin(Credential Credential, DateTimeOffset Expires, string From);
