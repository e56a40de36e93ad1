using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Locking;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Describing;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Updates;

/// <summary>
/// Finds newer versions of a project's bundles, images and selected packages at their source. Requests tags, digests of
/// locked tags, and bundles with selected packages, but nothing that these pin.
/// </summary>
/// <param name="registry">The source registries.</param>
/// <param name="scope">The versions to consider.</param>
/// <param name="concurrency">The number of concurrent requests.</param>
internal sealed class UpdateFinder(IRegistry registry, VersionScope scope, int concurrency)
{
    // Several items may come from one repository, and one item may be declared by several projects.
    private readonly SharedTasks<RepositoryName, ImmutableArray<(SemverVersion Version, string Tag)>> _tags = new();
    private readonly SharedTasks<ImageReference, PackageFile[]> _packages = new();

    /// <summary>Compares.</summary>
    /// <param name="declarations">The declarations. The bundle that a project makes from its own content has no
    /// source.</param>
    /// <param name="pinned">The project's lock; null for none.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The versions in declared order, and the failures.</returns>
    public async Task<(ImmutableArray<DeclaredVersion> Versions, ImmutableArray<Diagnostic> Failures)> FindAsync(
        ImmutableArray<Declaration> declarations, ProjectLock? pinned, CancellationToken cancellationToken)
    {
        Declaration[] asked = [.. declarations.Where(declaration => !declaration.Item.IsProduced)];
        DeclaredVersion[][] found = new DeclaredVersion[asked.Length][];
        Diagnostic?[] failures = new Diagnostic?[asked.Length];
        await Parallel.ForAsync(
            0, asked.Length, new ParallelOptions
            {
                MaxDegreeOfParallelism = concurrency,
                CancellationToken = cancellationToken
            }, async (i, token) =>
        {
            try
            {
                found[i] = [.. await FindAsync(asked[i], pinned, token)];
            }
            catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
            {
                Diagnostic failure = e.ToDiagnostic();
                failures[i] = failure with { Location = failure.Location ?? asked[i].Item.Location };
                found[i] = [];
            }
        });
        return ([.. found.SelectMany(versions => versions)], [.. failures.OfType<Diagnostic>()]);
    }

    private async Task<List<DeclaredVersion>> FindAsync(Declaration declaration, ProjectLock? pinned, CancellationToken cancellationToken)
    {
        if (declaration.Reference is not { } reference)
            return [NotCompared(declaration.Item.Include, "", "an ImagesLock names no tags")];
        string name = reference.Repository.ToString();
        if ((reference.Tag ?? declaration.Tag) is not { } tag)
            return [NotCompared(name, reference.Digest?.ToString() ?? "", "it is declared by digest alone")];
        ImageReference tagged = ImageReference.ByTag(reference.Repository, tag);
        Digest? locked = reference.Digest ?? pinned?.Entries.GetValueOrDefault(tagged.ToString())?.Digest;
        Digest? now = locked is null ? null : await ResolveAsync(tagged, cancellationToken);
        SemverVersion? declared = VersionScope.OfTag(tag);
        SelectedTags selected = SelectedTags.Of(declaration.Item);
        string? newest = null;
        string? outside = null;
        if (declared is { } version)
        {
            ImmutableArray<(SemverVersion Version, string Tag)> tags = await TagsAsync(reference.Repository, cancellationToken);
            newest = selected.ScopeOf(scope).Newest(version, tags.Where(selected.Include));
            outside = scope.Newest(
                newest is null ? version : VersionScope.OfTag(newest)!.Value, tags.Where(each => !selected.Include(each)));
        }

        List<DeclaredVersion> versions =
        [
            declared is null && locked is null
                ? NotCompared(name, tag, "its tag is not a version, and no lock pins its digest")
                : new DeclaredVersion(DeclaredVersion.Item, name, tag,
                    newest is not null ? VersionState.Newer : now != locked ? VersionState.Moved
                    : declared is null ? VersionState.Unmoved : VersionState.Newest)
                {
                    Newest = newest,
                    Locked = locked?.ToString(),
                    MovedTo = now != locked ? now?.ToString() : null,
                    TagSelection = selected.Constraints,
                    Outside = outside,
                    Why = declared is null && now == locked ? "its tag is not a version, so only the digest was compared" : null,
                },
        ];
        if (!declaration.Selection.Packages.IsEmpty)
            versions.AddRange(await PackagesAsync(declaration.Selection, tagged, locked, now, versions[0], cancellationToken));
        return versions;
    }

    private async Task<IEnumerable<DeclaredVersion>> PackagesAsync(
        BundleSelection selection, ImageReference bundle, Digest? locked, Digest? now, DeclaredVersion item,
        CancellationToken cancellationToken)
    {
        PackageFile[] files = await ReadAsync(locked is { } digest ? bundle.WithDigest(digest) : bundle, cancellationToken);
        PackageEntry[] chosen = [
            .. PackageSelector.Choose(files, selection, bundle.ToString()).Where(entry => entry is { IsPackage: true, Version: not null })];
        List<(string Name, SemverVersion Version, string Text, string Tag)> there = [.. Versions(files, bundle.Tag!)];
        if (item.Newest is { } newest)
            there.AddRange(Versions(await ReadAsync(ImageReference.ByTag(bundle.Repository, newest), cancellationToken), newest));
        // Whatever else is newer, the tag itself may have brought newer packages.
        if (now is { } moved && moved != locked)
            there.AddRange(Versions(await ReadAsync(bundle.WithDigest(moved), cancellationToken), bundle.Tag!));
        ILookup<string, (string Name, SemverVersion Version, string Text, string Tag)> byName =
            there.ToLookup(version => version.Name, StringComparer.Ordinal);
        // Where no newer bundle was looked for, a package without a newer version in this one need not be the newest.
        VersionState otherwise = item.State is VersionState.Unmoved or VersionState.NotCompared ? item.State : VersionState.Newest;
        VersionScope counted = selection.Prereleases is null ? scope : scope with { Prereleases = true };
        return chosen.GroupBy(entry => entry.Package, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal).Select(group =>
        {
            PackageEntry current = group.OrderByDescending(entry => entry.Version!.Value)
                .ThenBy(entry => entry.VersionText, StringComparer.Ordinal).First();
            string? newer = counted.Newest(current.Version!.Value, byName[group.Key].Select(version => (version.Version, version.Text)));
            return new DeclaredVersion(
                DeclaredVersion.Package, group.Key, current.VersionText, newer is null ? otherwise : VersionState.Newer)
            {
                Newest = newer,
                Why = newer is null && otherwise == item.State ? item.Why : null,
                Bundle = newer is null ? null
                : ImageReference.ByTag(bundle.Repository, byName[group.Key].First(version => version.Text == newer).Tag).ToString(),
            };
        });
    }

    private static IEnumerable<(string Name, SemverVersion Version, string Text, string Tag)> Versions(PackageFile[] files, string tag) =>
        files.SelectMany(file => file.Documents).Where(entry => entry is { IsPackage: true, Version: not null })
            .Select(entry => (entry.Package, entry.Version!.Value, entry.VersionText, tag));

    private Task<PackageFile[]> ReadAsync(ImageReference bundle, CancellationToken cancellationToken) =>
        _packages.GetOrAdd(bundle, _ => PackageLister.ReadAsync(registry, bundle, concurrency, cancellationToken));

    private Task<ImmutableArray<(SemverVersion Version, string Tag)>> TagsAsync(
        RepositoryName repository, CancellationToken cancellationToken) =>
        _tags.GetOrAdd(repository, _ => ListAsync(repository, cancellationToken));

    private async Task<ImmutableArray<(SemverVersion Version, string Tag)>> ListAsync(
        RepositoryName repository, CancellationToken cancellationToken)
    {
        List<(SemverVersion, string)> versions = [];
        await foreach (string tag in registry.GetSource(repository).ListTagsAsync(cancellationToken))
        {
            if (ImageReference.IsTag(tag) && VersionScope.OfTag(tag) is { } version)
                versions.Add((version, tag));
        }

        return [.. versions];
    }

    // If the registry lacks the tag, ask again to get the registry's own message.
    private async Task<Digest> ResolveAsync(ImageReference tagged, CancellationToken cancellationToken)
    {
        IImageRepository repository = registry.GetSource(tagged.Repository);
        Descriptor? found = await repository.ResolveAsync(tagged.Tag!, cancellationToken);
        return found?.Digest ?? (await repository.GetManifestAsync(tagged.Tag!, cancellationToken)).Digest;
    }

    private static DeclaredVersion NotCompared(string name, string declared, string why) =>
        new(DeclaredVersion.Item, name, declared, VersionState.NotCompared)
        {
            Why = why
        };
}
