using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Transfer.Producing;

/// <summary>
/// The registries, with a produced bundle and the images built for it present in their repositories, so that planning
/// and transfer work as if they had been pushed.
/// </summary>
internal sealed class ProducedRegistry(IRegistry inner, IReadOnlyDictionary<RepositoryName, LocalContent> local) : IRegistry
{
    public long LoadRefusals => inner.LoadRefusals;

    public RegistryStatistics Statistics => inner.Statistics;

    IImageRepository IRegistry.GetSource(RepositoryName name) => Of(name, inner.GetSource(name));

    PullQuota? IRegistry.FindPullQuota(string host) => inner.FindPullQuota(host);

    string IRegistry.PullHostOf(RepositoryName repository) => inner.PullHostOf(repository);

    ImmutableArray<RepositoryName> IRegistry.FindMirrors(RepositoryName repository, IEnumerable<Digest> content) =>
        inner.FindMirrors(repository, content);

    ValueTask<bool> IRegistry.IsPlainHttpAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        inner.IsPlainHttpAsync(repository, cancellationToken);

    public IImageRepository GetRepository(RepositoryName name) => Of(name, inner.GetRepository(name));

    private IImageRepository Of(RepositoryName name, IImageRepository there) =>
        local.TryGetValue(name, out LocalContent? content) ? new LocalRepository(there, content) : there;
}
