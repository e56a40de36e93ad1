using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharing;

/// <summary>
/// Registries whose content several relocations of one run read side by side: what one of them asks a source for, the others get with it.
/// Manifests are kept, and so are small blobs; another blob lies in a temporary file until all have read it, or many others wait there.
/// </summary>
/// <param name="registry">The registries.</param>
/// <param name="destinations">What the relocations write to, and ask by themselves.</param>
/// <param name="readers">How many relocations there are.</param>
/// <param name="lifetime">Ends what is asked for; one relocation alone does not.</param>
internal sealed class SharedSource(IRegistry registry, IReadOnlySet<RepositoryName> destinations, int readers, CancellationToken lifetime)
    : IRegistry
{
    private readonly ByteStore _small = new();
    private readonly IdleDownloads _idle = new();
    private readonly SharedTasks<Digest, HeldBytes> _smallBlobs = new();
    private readonly ConcurrentDictionary<Digest, SharedBlob> _blobs = new();
    private readonly ConcurrentDictionary<RepositoryName, SharedRepository> _repositories = new();

    /// <inheritdoc/>
    public long LoadRefusals => registry.LoadRefusals;

    /// <inheritdoc/>
    public RegistryStatistics Statistics => registry.Statistics;

    /// <inheritdoc/>
    public IImageRepository GetRepository(RepositoryName name) =>
        destinations.Contains(name)
            ? registry.GetRepository(name) : _repositories.GetOrAdd(name, key => new SharedRepository(registry.GetRepository(key), this));

    /// <summary>Ends what is asked for.</summary>
    public CancellationToken Lifetime => lifetime;

    /// <summary>Keeps a manifest.</summary>
    public Manifest Keep(Manifest manifest) => manifest.HeldIn(_small);

    /// <summary>A blob, wherever it is read first.</summary>
    public IBlobContent Share(IBlobContent blob) => blob.Descriptor.Size <= PlannedManifest.SmallBlob
        ? new SharedSmallBlob(blob, _smallBlobs, _small, lifetime)
        : _blobs.GetOrAdd(blob.Descriptor.Digest, _ => new SharedBlob(blob, readers, _idle, lifetime)).For(blob.Descriptor);
}
