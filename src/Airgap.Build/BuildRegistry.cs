using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Publishing;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Sessions;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>
/// The registries of one task run. Created on first use, so that a project without a destination does not fail because
/// of a credential it does not need.
/// </summary>
internal sealed class BuildRegistry(BuildLog log, RegistryAccess access) : IRegistry, IDisposable
{
    private readonly Lazy<RegistryClient> _client = new(() => new RegistryClient(
        access.Over(new RegistryOptions
        {
            Trace = log.Trace,
            Notice = text => log.Message(MessageImportance.High, "  " + text),
            Warning = log.Warning,
            UploadSessions = UploadSessionFiles.InUserCache(),
        }),
        CredentialSources.CreateDefault(new CredentialOptions { Trace = log.Detail }),
        access.ReadCreation(text => log.Message(MessageImportance.High, text))));

    /// <inheritdoc/>
    public IImageRepository GetRepository(RepositoryName name) => _client.Value.GetRepository(name);

    /// <inheritdoc/>
    public long LoadRefusals => _client.IsValueCreated ? _client.Value.LoadRefusals : 0;

    /// <inheritdoc/>
    public RegistryStatistics Statistics => _client.IsValueCreated ? _client.Value.Statistics : new();

    IImageRepository IRegistry.GetSource(RepositoryName name) => ((IRegistry)_client.Value).GetSource(name);

    PullQuota? IRegistry.FindPullQuota(string host) => _client.IsValueCreated ? ((IRegistry)_client.Value).FindPullQuota(host) : null;

    string IRegistry.PullHostOf(RepositoryName repository) => ((IRegistry)_client.Value).PullHostOf(repository);

    /// <summary>
    /// Tells of properties that had no effect: of those of the command line, which are meant for this build, with a warning. One that many
    /// projects share is not wrong in one of them, nor is one for a build that found everything up to date and asked no registry.
    /// </summary>
    /// <param name="globals">The names of the build's global properties.</param>
    public void WarnOfIdle(IEnumerable<string> globals)
    {
        HashSet<string> given = new(globals, StringComparer.OrdinalIgnoreCase);
        RegistryClient[] clients = _client.IsValueCreated ? [_client.Value] : [];
        bool hasAsked = clients.Any(client => client.Hosts.Any());
        Tell(PropertyNames.LimitRate, access.Rates is { } rates ? IdleAccess.Find(clients, (rates, PropertyNames.LimitRate), null) : []);
        Tell(PropertyNames.RegistriesConf,
            access.RegistriesConf is null ? [] : IdleAccess.Find(clients, null, PropertyNames.RegistriesConf));

        void Tell(string name, IEnumerable<Diagnostic> idle)
        {
            foreach (Diagnostic each in idle)
            {
                if (hasAsked && given.Contains(name))
                    log.Warning(each);
                else
                    log.Detail(each.Message);
            }
        }
    }

    ImmutableArray<RepositoryName> IRegistry.FindMirrors(RepositoryName repository, IEnumerable<Digest> content) =>
        _client.IsValueCreated ? ((IRegistry)_client.Value).FindMirrors(repository, content) : [];

    ValueTask<bool> IRegistry.IsPlainHttpAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        ((IRegistry)_client.Value).IsPlainHttpAsync(repository, cancellationToken);

    /// <summary>Requests content of a mirror without credentials, like a cluster without a Secret for it.</summary>
    public Task<Diagnostic?> FindAnonymousRefusalAsync(ImageReference reference, string name, CancellationToken cancellationToken) =>
        AnonymousPull.FindRefusalAsync(access.Over(new RegistryOptions { Trace = log.Trace }), reference, name, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }
}
