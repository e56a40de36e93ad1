using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Pushing;

namespace Airgap.Transfer.Deriving;

/// <summary>
/// Derives a bundle from another, with selected packages and platforms. Reads the bundle and, for a selection of
/// platforms, the manifests of the included images, but nothing that is left out. The same bundle and selection give
/// the same digest from every source.
/// </summary>
internal sealed class Deriver : IDisposable
{
    private readonly BundleSelection _selection;
    private readonly CachingReader _reader;
    private readonly BundleClosure _closure;
    private readonly PlatformSelector _platforms;
    private readonly SharedTasks<(RepositoryName, Digest), Digest> _manifests = new();
    private readonly ConcurrentBag<PackedImage> _packed = [];
    private readonly DerivationRecord _record = new();

    /// <param name="registry">The registries with the bundle.</param>
    /// <param name="selection">The selection.</param>
    /// <param name="observer">Receives details for the log; null for none.</param>
    /// <param name="concurrency">The number of concurrent requests.</param>
    public Deriver(IRegistry registry, BundleSelection selection, ITransferObserver? observer, int concurrency)
    {
        _selection = selection;
        SourceReader reader = new(registry, concurrency, isSource: static _ => true);
        PlanOptions options = new() { Concurrency = concurrency };
        _closure = new BundleClosure(reader, new ManifestTree(reader, options), observer ?? SilentObserver.Instance);
        _reader = new CachingReader(reader);
        _platforms = new PlatformSelector(selection, _reader.FetchAsync, (origin, index, made) =>
        {
            _record.AddIndex(made, index);
            return _reader.RememberMade(origin, made);
        });
    }

    /// <summary>Derives.</summary>
    /// <param name="reference">The bundle.</param>
    /// <param name="tag">The tag of the derived bundle at the destination; null for none.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="AirgapException">
    /// 1xxx: a registry; <see cref="ErrorCode.NotABundle"/>, <see cref="ErrorCode.NoPackagesInBundle"/>,
    /// <see cref="ErrorCode.PackageNotFound"/>, <see cref="ErrorCode.PlatformMissing"/>.
    /// </exception>
    public async Task<Derivation> DeriveAsync(ImageReference reference, string? tag, CancellationToken cancellationToken)
    {
        Manifest manifest = await _reader.GetManifestAsync(reference, cancellationToken);
        ImageReference source = reference.WithDigest(manifest.Digest);
        StoredBytes? config = manifest.IsIndex ? null : await _reader.ReadConfigAsync(source.Repository, manifest, cancellationToken);
        if (config is null || !BundleLabel.IsPresent(config.Bytes.Span))
        {
            throw new AirgapException(
                ErrorCode.NotABundle,
                $"Expected bundle image but found plain image (hint: Did you use -i instead of -b?): {reference}.",
                "Packages and platforms can only be selected from a bundle.")
            { Reference = reference.ToString() };
        }

        ImmutableArray<BundleFile> files = await _reader.ReadFilesAsync(source, manifest, cancellationToken);
        ImagesLock images = BundleFile.LockOf(files, source);
        PackageFile[] packages = [.. files.Where(PackageFile.IsOne).Select(PackageFile.Read)];
        HashSet<PackageEntry> chosen = PackageSelector.Choose(packages, _selection, reference.ToString());
        LockSelector entries = _selection.Packages.IsEmpty && !_selection.DropUnreferenced
            ? new LockSelector(images.Images, [], [])
            : LockSelector.Choose(images.Images, packages, chosen, _selection.DropUnreferenced);
        ImmutableArray<BundleFile> kept = [
            .. files.Select(file => PackageFile.IsOne(file) ? packages.First(package => package.File == file).With(chosen) : file)
            .OfType<BundleFile>()];
        ImmutableArray<LockedImage> now = await DeriveEntriesAsync(entries.Kept, source, level: 1, cancellationToken);
        _platforms.ThrowMissing();
        Manifest derived = kept.SequenceEqual(files) && now.SequenceEqual(images.Images)
            ? manifest
            : await PackAsync(
                source, manifest, kept, now.SequenceEqual(images.Images) ? null : new ImagesLock(now), config.Bytes, _selection,
                cancellationToken);
        _record.AddOriginal(derived.Digest, source.Repository, manifest);
        PackageEntry[] all = [.. packages.SelectMany(package => package.Documents).Where(document => document.IsPackage)];
        return new Derivation
        {
            Original = source,
            Tag = tag,
            Digest = derived.Digest,
            Selection = _selection.ToString(),
            Packages = [.. all.Where(chosen.Contains).Select(Name)],
            LeftPackages = [.. all.Where(package => !chosen.Contains(package)).Select(Name)],
            Images = now.Length,
            LeftImages = [.. entries.Left.Select(image => image.Image.ToString())],
            LeftPlatforms = _platforms.LeftOut,
            Sparse = _platforms.Sparse,
            Unproven = entries.Unproven,
            Warnings = [.. _platforms.Warnings, .. entries.Warnings],
            Originals = _record.Originals(),
            Made = _record.Made,
            Packed = [.. _packed],
            Local = _reader.Content(),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private static string Name(PackageEntry package) => $"{package.Package} {package.VersionText}";

    private async Task<ImmutableArray<LockedImage>> DeriveEntriesAsync(
        ImmutableArray<LockedImage> entries, ImageReference bundle, int level, CancellationToken cancellationToken)
    {
        if (_selection.Platforms.IsEmpty)
            return entries;
        if (level > BundleNode.MaxLevels)
            throw BundleNode.TooDeep(bundle);
        // An image of two names is read from the first one's repository, as in a plan.
        ConcurrentDictionary<Digest, Digest> derived = [];
        await Parallel.ForEachAsync(
            entries.DistinctBy(entry => entry.Image.Digest),
            new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellationToken }, async (entry, _) =>
        {
            (RepositoryName origin, Manifest manifest) = await _closure.LocateAsync(entry.Image, bundle, cancellationToken);
            Digest now = await DeriveAsync(origin, manifest, entry.Image.ToString(), level, cancellationToken);
            if (now != manifest.Digest)
                derived[entry.Image.Digest!.Value] = now;
        });
        return
        [
            .. entries.Select(entry => derived.TryGetValue(entry.Image.Digest!.Value, out Digest now)
                ? entry with { Image = entry.Image.WithDigest(now) } : entry),
        ];
    }

    // Two entries may name one image; it is derived once.
    private async Task<Digest> DeriveAsync(
        RepositoryName origin, Manifest manifest, string name, int level, CancellationToken cancellationToken)
    {
        Digest now = await _manifests.GetOrAdd(
            (origin, manifest.Digest), _ => DeriveOnceAsync(origin, manifest, name, level, cancellationToken));
        _record.AddOriginal(now, origin, manifest);
        return now;
    }

    private async Task<Digest> DeriveOnceAsync(
        RepositoryName origin, Manifest manifest, string name, int level, CancellationToken cancellationToken)
    {
        _reader.Remember(origin, manifest);
        if (manifest.IsIndex)
        {
            Digest chosen = await _platforms.ChooseAsync(origin, manifest, name, cancellationToken);
            if (manifest.Manifests.Any(child => child.Digest == chosen))
                _record.Add(chosen, manifest.Digest);
            return chosen;
        }

        StoredBytes? config = await _reader.ReadConfigAsync(origin, manifest, cancellationToken);
        if (config is null)
            return manifest.Digest;
        if (!BundleLabel.IsPresent(config.Bytes.Span))
        {
            _platforms.Check(PlatformOf.Config(config.Bytes), name);
            return manifest.Digest;
        }

        ImageReference source = ImageReference.ByDigest(origin, manifest.Digest);
        ImmutableArray<BundleFile> files = await _reader.ReadFilesAsync(source, manifest, cancellationToken);
        ImagesLock images = BundleFile.LockOf(files, source);
        ImmutableArray<LockedImage> now = await DeriveEntriesAsync(images.Images, source, level + 1, cancellationToken);
        return now.SequenceEqual(images.Images)
            ? manifest.Digest
            : (await PackAsync(source, manifest, files, new ImagesLock(now), config.Bytes, _selection.OfPlatforms(),
                cancellationToken)).Digest;
    }

    private async Task<Manifest> PackAsync(
        ImageReference source, Manifest original, ImmutableArray<BundleFile> files, ImagesLock? changed, ReadOnlyMemory<byte> config,
        BundleSelection selection, CancellationToken cancellationToken)
    {
        DerivedFrom from = new(original.Digest, selection.ToString());
        // An unchanged lock is kept as written.
        ImmutableArray<BundleFile> all = changed is null ? files : [
            .. files.Select(file => file.Path == BundleFile.LockPath
                ? file with { Bytes = Encoding.UTF8.GetBytes(changed.ToYaml()) } : file)];
        // The repository it is read from must not matter, because the name it was pushed under is unknown.
        PackedImage packed = await from.PackAsync(all, config, "bundle", cancellationToken);
        _packed.Add(packed);
        _record.Add(packed.Manifest.Digest, original.Digest);
        _reader.RememberMade(source.Repository, packed.Manifest, [.. packed.Blobs]);
        return packed.Manifest;
    }
}
