using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Files;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Deriving;

/// <summary>
/// An archive, presented as the source registries of its images, so that bundles can be derived from it as from these.
/// Read-only; opens no connection.
/// </summary>
internal sealed class ArchiveRegistry : IRegistry
{
    private readonly IRegistry _names;
    private readonly IArchive _archive;
    private readonly Dictionary<RepositoryName, Content> _repositories = [];
    private readonly Dictionary<Digest, Manifest> _all = [];
    private readonly Dictionary<Digest, IBlobContent> _configs = [];

    private ArchiveRegistry(IArchive archive, IRegistry names)
    {
        _archive = archive;
        _names = names;
    }

    /// <summary>The bundle that the archive was written from.</summary>
    public required ImageReference Root { get; init; }

    /// <summary>The tag that the bundle has; null for none.</summary>
    public required string? Tag { get; init; }

    /// <summary>The bundle's own record of its derivation; null for an underived bundle.</summary>
    public required DerivedFrom? Derived { get; init; }

    /// <summary>The manifests that a selection made, as the archive records. Only its signature proves them.</summary>
    public required ImmutableArray<DerivedManifest> Made { get; init; }

    /// <summary>The size of the archive's content in bytes, each blob counted once.</summary>
    public required long TotalBytes { get; init; }

    /// <inheritdoc/>
    public RegistryStatistics Statistics => new();

    /// <summary>Opens an archive of any format.</summary>
    /// <param name="source">The archive.</param>
    /// <param name="names">Returns repositories by name; no requests are sent to them.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveRootUnknown"/>: it contains no bundle, or does not
    /// mark its root; or the exceptions of reading an archive.</exception>
    public static async Task<ArchiveRegistry> OpenAsync(
        RelocationSource.Archive source, IRegistry names, CancellationToken cancellationToken)
    {
        IArchive archive = await AnyArchive.OpenAsync(source, cancellationToken);
        List<ArchivedItem> items = [];
        await foreach (ArchivedItem item in archive.ReadItemsAsync(includeNonDistributable: false, failures: null, cancellationToken))
            items.Add(item);
        ArchivedItem[] bundles = [.. items.Where(item => item is { IsBundle: true, IsRoot: true })];
        if (bundles.Length > 1 && source.Declared is { } declared)
            bundles = [ArchiveChoice.Find(bundles, declared, source.Path)];
        if (bundles is not [var root])
        {
            throw new AirgapException(
                ErrorCode.ArchiveRootUnknown,
                $"The archive '{source.Path}' " +
                $"{(bundles.Length == 0 ? "does not say from which bundle it was written" : "contains several bundles")}, so nothing can " +
                "be selected from it.",
                bundles.Length == 0 ? $"To have the root marked, {AdviceTerms.WriteArchive}."
                    : "Copy the bundle from the archive to a registry, and select there; or write an archive of this bundle alone.")
            { Location = new SourceLocation(source.Path) };
        }

        ArchiveRegistry registry = new(archive, names)
        {
            Root = root.Source,
            Tag = root.Tag is { Length: > 0 } tag ? tag : null,
            Derived = root.Content.StoredConfig is { } config ? DerivedFrom.Read(config.Bytes) : null,
            Made = (await archive.ReadNotesAsync(cancellationToken))?.Derived ?? [],
            TotalBytes = items.SelectMany(item => item.Content.SelfAndDescendants()).SelectMany(node => node.Blobs)
            .DistinctBy(blob => blob.Digest).Sum(blob => blob.Size),
        };
        foreach (ArchivedItem item in items)
            registry.Add(item);
        return registry;
    }

    /// <inheritdoc/>
    public IImageRepository GetRepository(RepositoryName name) =>
        new Repository(this, _names.GetRepository(name), _repositories.GetValueOrDefault(name));

    private void Add(ArchivedItem item)
    {
        if (!_repositories.TryGetValue(item.Source.Repository, out Content? content))
            _repositories.Add(item.Source.Repository, content = new Content());
        if (item.Tag is { Length: > 0 } tag)
            content.Manifests[tag] = item.Content.Manifest;
        if (item.Content.Manifest.Subject is { } subject)
            content.Referrers.Add((subject.Digest, item.Content.Manifest.Descriptor));
        foreach (PlannedManifest node in item.Content.SelfAndDescendants())
        {
            content.Manifests[node.Manifest.Digest.ToString()] = node.Manifest;
            _all[node.Manifest.Digest] = node.Manifest;
            if (node.StoredConfig is { } config && node.Manifest.Config is { } descriptor)
                _configs[descriptor.Digest] = new MemoryBlobContent(descriptor, config);
        }
    }

    private sealed class Content
    {
        public Dictionary<string, Manifest> Manifests { get; } = new(StringComparer.Ordinal);

        public List<(Digest Subject, Descriptor Referrer)> Referrers { get; } = [];
    }

    /// <summary>
    /// A repository of the archive. An image of two repositories is archived under one of them only; therefore a repository that no image
    /// names contains everything.
    /// </summary>
    private sealed class Repository(ArchiveRegistry registry, IImageRepository name, Content? content) : IImageRepository
    {
        public RepositoryName Name => name.Name;

        public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken) => Task.FromResult(
            content is not null ? content.Manifests.GetValueOrDefault(tagOrDigest)
            : Digest.TryParse(tagOrDigest, out Digest digest) ? registry._all.GetValueOrDefault(digest)
            : null);

        public async Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken) =>
            (await FindManifestAsync(tagOrDigest, cancellationToken))?.Descriptor;

        public IBlobContent GetBlob(Descriptor descriptor) =>
            registry._configs.GetValueOrDefault(descriptor.Digest) ?? registry._archive.GetBlob(descriptor);

        public Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) => Task.FromResult(
            new ReferrerList(
                [.. (content?.Referrers ?? []).Where(pair => pair.Subject == subject).Select(pair => pair.Referrer)
                    .DistinctBy(referrer => referrer.Digest)], FromApi: true));

        public IAsyncEnumerable<string> ListTagsAsync(CancellationToken cancellationToken) =>
            (content?.Manifests.Keys ?? Enumerable.Empty<string>()).Where(ImageReference.IsTag).ToAsyncEnumerable();

        public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) => throw Takes();

        public Task<BlobOutcome> PushBlobAsync(
            IBlobContent blob, RepositoryName? mountFrom, IProgress<long>? progress, CancellationToken cancellationToken) => throw Takes();

        public Task PushManifestAsync(Manifest manifest, string? tag, CancellationToken cancellationToken) => throw Takes();

        private static NotSupportedException Takes() => new("An archive as a registry is read-only.");
    }
}
