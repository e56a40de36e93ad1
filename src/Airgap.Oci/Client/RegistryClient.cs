using System.Collections.Immutable;
using Airgap.Oci.Auth;
using Airgap.Oci.Creating;
using Airgap.Oci.Credentials.Keychains;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Client;

/// <summary>
/// A client of registries (OCI distribution specification). Use one for a run: connections, tokens, credentials and the known
/// behaviour of each host are shared by all its repositories. Thread-safe.
/// </summary>
public sealed class RegistryClient : IRegistry, IDisposable
{
    private readonly Transport _transport;
    private readonly RepositoryCreator? _creator;
    private readonly EcrLayers? _layers;
    private readonly Lazy<Transport> _insecure;
    private readonly SourceMirrors? _mirrors;
    private int _isDisposed;

    /// <summary>Makes a client. No request is made until a repository is used.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="credentials">Asked at most once for each repository whose registry requires credentials.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidCertificate"/>: a file of
    /// <see cref="RegistryOptions.CaCertificatePaths"/> contains none.</exception>
    public RegistryClient(RegistryOptions options, ICredentialSource credentials)
        : this(options, credentials, creation: null)
    {
    }

    /// <summary>Makes a client that creates the repositories that its pushes need; null for none.</summary>
    internal RegistryClient(RegistryOptions options, ICredentialSource credentials, RepositoryCreation? creation)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(credentials);
        _transport = new Transport(options, credentials);
        Lazy<EcrClient> ecr = new(() => new EcrClient(options, creation?.CreateCloudHandler));
        _creator = creation is null ? null : new RepositoryCreator(_transport, creation, ecr);

        // Keys are searched for only on request, since that may take a second.
        if (creation is not null || KeychainSelection.IsActive(EnvironmentVariables.Capture(options.Environment), "ecr"))
            _layers = new EcrLayers(_transport, ecr);

        _insecure = new(() => new Transport(
            options with { AllowInsecure = true, VerifyCertificates = false }, credentials, _transport));
        if (options.RegistriesConf is not { } wanted)
            return;
        _mirrors = new SourceMirrors(
            RegistriesConfFiles.Read(wanted, EnvironmentVariables.Capture(options.Environment)),
            (name, isInsecure) => new RegistryRepository(isInsecure ? _insecure.Value : _transport, name, creator: null, layers: null),
            options);
        _mirrors.WarnAboutIgnored();
    }

    /// <summary>The requests and bytes so far.</summary>
    internal RegistryStatistics Statistics => _transport.Counters.Snapshot();

    RegistryStatistics IRegistry.Statistics => Statistics;

    /// <inheritdoc cref="IRegistry.LoadRefusals"/>
    internal long LoadRefusals => _transport.Counters.LoadRefusals;

    long IRegistry.LoadRefusals => LoadRefusals;

    PullQuota? IRegistry.FindPullQuota(string host) => _transport.FindQuota(host);

    ValueTask<bool> IRegistry.IsPlainHttpAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        _transport.HostOf(repository).IsPlainHttpAsync(cancellationToken);

    /// <summary>A repository; usable until the client is disposed. Makes no request.</summary>
    public IImageRepository GetRepository(RepositoryName name) => new RegistryRepository(_transport, name, _creator, _layers);

    IImageRepository IRegistry.GetSource(RepositoryName name) => _mirrors?.Find(name) ?? GetRepository(name);

    ImmutableArray<RepositoryName> IRegistry.FindMirrors(RepositoryName repository, IEnumerable<Digest> content) =>
        _mirrors?.Of(repository, content) ?? [];

    /// <summary>The mirrors that were read instead of the registries that references name.</summary>
    internal IReadOnlyList<SourceUse> SourceUse => _mirrors?.Use ?? [];

    /// <summary>The registries that were asked, by <see cref="NormalizedHost.Of"/>; also after the client is disposed.</summary>
    internal IEnumerable<string> Hosts => _transport.Rates.Hosts;

    /// <summary>True if a source was looked for in registries.conf.</summary>
    internal bool HasFoundSources => _mirrors?.WasAsked == true;

    string IRegistry.PullHostOf(RepositoryName repository) => _mirrors?.FirstHostOf(repository) ?? repository.Registry;

    /// <summary>Cancels the requests in progress and closes the connections.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _mirrors?.ReportMirrors();
        _transport.Dispose();
        if (_insecure.IsValueCreated)
            _insecure.Value.Dispose();
    }
}
