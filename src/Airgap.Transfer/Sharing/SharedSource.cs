using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharing;

/// <summary>
/// Registries whose content is read by several concurrent relocations of one run: each request is sent once for all of them. Manifests and
/// small blobs are kept. A larger blob is kept in a temporary file until all relocations have read it, or until too many blobs wait there.
/// </summary>
/// <param name="registry">The registries.</param>
/// <param name="destinations">The destinations, to which each relocation sends its own requests.</param>
/// <param name="readers">The number of relocations.</param>
/// <param name="lifetime">Cancels the requests; the cancellation of a single relocation does not.</param>
internal sealed class SharedSource(IRegistry registry, IReadOnlySet<RepositoryName> destinations, int readers, CancellationToken lifetime)
    : IRegistry
{
    private readonly ByteStore _small = new();
    private readonly IdleDownloads _idle = new();
    private readonly SharedTasks<Digest, StoredBytes> _smallBlobs = new();
    private readonly ConcurrentDictionary<Digest, SharedBlob> _blobs = new();
    private readonly ConcurrentDictionary<RepositoryName, SharedRepository> _repositories = new();

    /// <inheritdoc/>
    public long LoadRefusals => registry.LoadRefusals;

    /// <inheritdoc/>
    public RegistryStatistics Statistics => registry.Statistics;

    PullQuota? IRegistry.FindPullQuota(string host) => registry.FindPullQuota(host);

    string IRegistry.PullHostOf(RepositoryName repository) => registry.PullHostOf(repository);

    ImmutableArray<RepositoryName> IRegistry.FindMirrors(RepositoryName repository, IEnumerable<Digest> content) =>
        registry.FindMirrors(repository, content);

    ValueTask<bool> IRegistry.IsPlainHttpAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        registry.IsPlainHttpAsync(repository, cancellationToken);

    /// <inheritdoc/>
    public IImageRepository GetRepository(RepositoryName name) =>
        destinations.Contains(name)
            ? registry.GetRepository(name) : _repositories.GetOrAdd(name, key => new SharedRepository(registry.GetSource(key), this));

    /// <summary>Cancels the requests.</summary>
    public CancellationToken Lifetime => lifetime;

    /// <summary>Keeps a manifest.</summary>
    public Manifest Keep(Manifest manifest) => manifest.HeldIn(_small);

    /// <summary>A blob, from the repository that is read first.</summary>
    public IBlobContent Share(IBlobContent blob) => blob.Descriptor.Size <= PlannedManifest.SmallBlob
        ? new SharedSmallBlob(blob, _smallBlobs, _small, lifetime)
        : _blobs.GetOrAdd(blob.Descriptor.Digest, _ => new SharedBlob(blob, readers, _idle, lifetime)).For(blob.Descriptor);
}
