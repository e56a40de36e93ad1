
using Airgap.Oci.Auth;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Client;

/// <summary>
/// Speaks to registries (OCI distribution specification). One for a run: connections, tokens, credentials found, and what was
/// learned of each host are shared by all its repositories. Safe from every thread.
/// </summary>
public sealed class RegistryClient : IRegistry, IDisposable
{
    private readonly Transport _transport;

    /// <summary>Makes a client. No request is made until a repository is used.</summary>
    /// <param name="options">How registries are talked to.</param>
    /// <param name="credentials">Asked at most once for each repository whose registry wants credentials.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidCertificate"/>: a file of <see cref="RegistryOptions.CaCertificatePaths"/> holds none.</exception>
    public RegistryClient(RegistryOptions options, ICredentialSource credentials)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(credentials);
        _transport = new Transport(options, credentials);
    }

    /// <summary>What has been done so far, at this moment.</summary>
    public RegistryStatistics Statistics => _transport.Counters.Snapshot();

    /// <inheritdoc/>
    public long LoadRefusals => _transport.Counters.LoadRefusals;

    /// <summary>A repository, to be used as long as the client is. Makes no request.</summary>
    public IImageRepository GetRepository(RepositoryName name) => new RegistryRepository(_transport, name);

    /// <summary>Ends requests that are under way and closes the connections.</summary>
    public void Dispose() => _transport.Dispose();
}
