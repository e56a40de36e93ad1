namespace Airgap.Oci.Credentials.Keychains;

/// <summary>
/// How a program that runs in a cloud, or was given its keys, logs in to the cloud's registries without a helper program.
/// </summary>
internal interface ICloudLogin
{
    /// <summary>Where it looks, for a message: <c>environment, web identity, …</c>.</summary>
    string Places { get; }

    /// <summary>Logs in.</summary>
    /// <returns>Null when no place has credentials.</returns>
    /// <exception cref="CloudException">A place has credentials and the cloud refuses them.</exception>
    Task<CloudLogin?> FindAsync(string registry, CancellationToken cancellationToken);
}

/// <summary>Credentials that a cloud gave for a registry.</summary>
/// <param name="Credential">What the registry takes.</param>
/// <param name="Expires">The expiry.</param>
/// <param name="From">The place of the credentials, for a trace.</param>
internal sealed record CloudLogin(Credential Credential, DateTimeOffset Expires, string From);
