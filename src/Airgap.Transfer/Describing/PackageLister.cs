using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Describing;

/// <summary>Lists the packages of a package repository, with the size of each. Fetches no image layers.</summary>
internal static class PackageLister
{
    /// <summary>Lists the packages of a bundle in a registry.</summary>
    /// <exception cref="AirgapException">1xxx: a registry; <see cref="ErrorCode.NotABundle"/>, <see cref="ErrorCode.InvalidBundle"/>,
    /// <see cref="ErrorCode.NoPackagesInBundle"/>.</exception>
    public static async Task<PackageListing> ListAsync(
        IRegistry registry, ImageReference bundle, int concurrency, CancellationToken cancellationToken)
    {
        using SourceReader reader = new(registry, concurrency, isSource: static _ => true);
        BundleClosure closure = ClosureOf(reader);
        (ImageReference reference, PlannedManifest planned, PackageFile[] packages) =
            await ReadAsync(reader, closure, bundle, cancellationToken);
        return Count(await closure.ExpandAsync(reference, planned, isRoot: false, cancellationToken), packages);
    }

    /// <summary>Reads the packages of a bundle in a registry, without requesting the images they need.</summary>
    /// <exception cref="AirgapException">As <see cref="ListAsync"/>.</exception>
    public static async Task<PackageFile[]> ReadAsync(
        IRegistry registry, ImageReference bundle, int concurrency, CancellationToken cancellationToken)
    {
        using SourceReader reader = new(registry, concurrency, isSource: static _ => true);
        return (await ReadAsync(reader, ClosureOf(reader), bundle, cancellationToken)).Packages;
    }

    private static BundleClosure ClosureOf(SourceReader reader) =>
        new(reader, new ManifestTree(reader, new PlanOptions()), SilentObserver.Instance);

    private static async Task<(ImageReference Reference, PlannedManifest Planned, PackageFile[] Packages)> ReadAsync(
        SourceReader reader, BundleClosure closure, ImageReference bundle, CancellationToken cancellationToken)
    {
        Manifest manifest = await reader.GetManifestAsync(bundle, cancellationToken);
        (PlannedManifest planned, bool isBundle) = await closure.InspectAsync(bundle.Repository, manifest, cancellationToken);
        if (!isBundle)
            throw NotABundle(bundle.ToString());
        ImageReference reference = bundle.WithDigest(manifest.Digest);
        ImmutableArray<BundleFile> files = await reader.ReadBlobAsync(
            bundle.Repository, BundleContent.LayerOf(manifest, reference),
            (layer, token) => BundleFile.ReadAllAsync(layer, reference, token), cancellationToken);
        return (reference, planned, PackagesOf(files, reference.ToString()));
    }

    /// <summary>Lists the packages of the root bundle of an archive. Opens no connection.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArchive"/>, <see cref="ErrorCode.NotABundle"/>,
    /// <see cref="ErrorCode.NoPackagesInBundle"/>, or a 3xxx code of the file.</exception>
    public static async Task<PackageListing> ListArchiveAsync(RelocationSource.Archive source, CancellationToken cancellationToken)
    {
        IArchive archive = await AnyArchive.OpenAsync(source, cancellationToken);
        ArchivePlanner planner = new(archive, new PlanOptions());
        TransferPlan plan = await planner.PlanAsync(source, cancellationToken);
        BundleNode root = planner.Root ?? throw RootlessArchive.Of(source, plan, "listed");
        await using Stream layer =
            await archive.GetBlob(BundleContent.LayerOf(root.Manifest.Manifest, root.Source)).OpenAsync(0, cancellationToken);
        return Count(root, PackagesOf(await BundleFile.ReadAllAsync(layer, root.Source, cancellationToken), source.Path));
    }

    private static PackageFile[] PackagesOf(ImmutableArray<BundleFile> files, string where)
    {
        PackageFile[] packages = [.. files.Where(PackageFile.IsOne).Select(PackageFile.Read)];
        return packages.Length > 0 ? packages : throw new AirgapException(
            ErrorCode.NoPackagesInBundle, $"{where} has no YAML file under packages/, so it is not a package repository.",
            "Name the bundle of a package repository.")
        { Reference = where };
    }

    private static PackageListing Count(BundleNode root, PackageFile[] files)
    {
        LockUse use = new([.. root.Entries.Select(entry => entry.Locked)]);
        Dictionary<Digest, Dictionary<Digest, long>> known = [];
        (PackageEntry Package, int Images, Dictionary<Digest, long> Content)[] packages =
        [
            .. files.SelectMany(file => file.Documents).Where(document => document.IsPackage).Select(package =>
            {
                BundleEntry[] entries = [.. use.Of(package).Select(index => root.Entries[index])];
                Dictionary<Digest, long> content = [];
                foreach ((Digest digest, long size) in entries.SelectMany(entry => ContentOf(entry, known)))
                    content[digest] = size;
                return (package, entries.SelectMany(All).DistinctBy(entry => entry.Manifest.Manifest.Digest).Count(), content);
            }),
        ];
        Dictionary<Digest, int> users = [];
        foreach (Digest digest in packages.SelectMany(package => package.Content.Keys))
            users[digest] = users.GetValueOrDefault(digest) + 1;
        return new PackageListing(
            root.Source.ToString(),
            [
                .. packages
                    .OrderBy(package => package.Package.Package, StringComparer.Ordinal)
                    .ThenByDescending(package => package.Package.Version ?? default(SemverVersion))
                    .ThenBy(package => package.Package.VersionText, StringComparer.Ordinal)
                    .Select(package => new ListedPackage(
                        package.Package.Package,
                        package.Package.VersionText,
                        package.Package.ReleasedAt,
                        package.Images,
                        package.Content.Values.Sum(),
                        package.Content.Where(part => users[part.Key] > 1).Sum(part => part.Value))),
            ],
            [.. files.Where(file => file.WhyOpaque is not null).Select(file => $"{file.File.Path}: {file.WhyOpaque}")]);
    }

    private static IEnumerable<BundleEntry> All(BundleEntry entry) =>
        entry.Bundle is { } bundle ? bundle.SelfAndNested().SelectMany(node => node.Entries).Prepend(entry) : [entry];

    private static Dictionary<Digest, long> ContentOf(BundleEntry entry, Dictionary<Digest, Dictionary<Digest, long>> known)
    {
        Digest digest = entry.Manifest.Manifest.Digest;
        if (known.TryGetValue(digest, out Dictionary<Digest, long>? content))
            return content;
        known.Add(digest, content = []);
        foreach (PlannedManifest node in All(entry).SelectMany(each => each.Manifest.SelfAndDescendants()))
        {
            content[node.Manifest.Digest] = node.Manifest.Descriptor.Size;
            foreach (Descriptor blob in node.Blobs)
                content[blob.Digest] = blob.Size;
        }

        return content;
    }

    private static AirgapException NotABundle(string what) =>
        new(ErrorCode.NotABundle, $"Only bundles contain packages, but {what} is not a bundle.", "Name the bundle of a package repository.")
        {
            Reference = what
        };
}
