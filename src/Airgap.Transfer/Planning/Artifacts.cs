using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Finds artifacts attached to the items of a plan: cosign's tags in their repositories, and manifests that name them
/// as their subject.
/// </summary>
internal sealed class Artifacts(
    SourceReader reader, ManifestTree tree, PlanOptions options, ITransferObserver observer, ImageFailures failures)
{
    /// <summary>
    /// More artifacts than this are an attack: chains may have any length, so their artifacts are counted.
    /// </summary>
    private const int MaxArtifacts = 100_000;

    private readonly SharedTasks<RepositoryName, ExistingTags> _tags = new();
    private readonly ConcurrentBag<ArtifactKind> _left = [];
    private readonly ConcurrentDictionary<string, string> _unread = new(StringComparer.Ordinal);

    /// <summary>Adds the requested artifacts to a plan, and reports which are known to be left behind.</summary>
    public async Task AddToAsync(PlanBuilder builder, CancellationToken cancellationToken)
    {
        PlannedItem[] items = [.. builder.Items];
        if (options.Artifacts)
            await AddAllAsync(builder, cancellationToken);
        else if (options.CosignSignatures)
            await AddSignaturesAsync(builder, cancellationToken);
        if (!options.TellsLeftBehind)
            return;
        if (!options.Artifacts)
            (await new UncopiedArtifacts(reader, observer).FindAsync(items, builder.Items, cancellationToken)).ForEach(_left.Add);
        if (!_left.IsEmpty)
            builder.Warn(UncopiedArtifacts.Warning(_left));
        if (!_unread.IsEmpty)
            builder.Warn(Unread());
    }

    // As in imgpkg: for the items themselves, not for children of an index, and not for signatures.
    private async Task AddSignaturesAsync(PlanBuilder builder, CancellationToken cancellationToken)
    {
        PlannedItem?[] signatures = await Task.WhenAll(builder.Items.ToArray().Select(item =>
            FindTagAsync(item.Source.Repository, CosignTags.Signature(item.Digest), isListed: false, cancellationToken)));
        foreach (PlannedItem signature in signatures.OfType<PlannedItem>())
            builder.Add(signature);
    }

    private async Task AddAllAsync(PlanBuilder builder, CancellationToken cancellationToken)
    {
        HashSet<(RepositoryName, Digest)> seen = [];
        IReadOnlyCollection<PlannedItem> subjects = [.. builder.Items];
        for (int total = 0; subjects.Count > 0;)
        {
            (RepositoryName Repository, Digest Digest)[] fresh =
            [
                .. subjects.SelectMany(item =>
                    item.Content.SelfAndDescendants().Select(node => (item.Source.Repository, node.Manifest.Digest))).Where(seen.Add),
            ];
            PlannedItem[][] found = await Task.WhenAll(
                fresh.Select(subject => FindAsync(subject.Repository, subject.Digest, fresh.Length, cancellationToken)));
            subjects = [.. found.SelectMany(items => items)];
            if ((total += subjects.Count) > MaxArtifacts)
                throw TooMany(subjects.First());
            foreach (PlannedItem item in subjects)
                builder.Add(item);
        }
    }

    private async Task<PlannedItem[]> FindAsync(RepositoryName repository, Digest subject, int count, CancellationToken cancellationToken)
    {
        // One list instead of three requests for each manifest, most of which would find nothing.
        ExistingTags tags = await _tags.GetOrAdd(repository, _ => reader.ListTagsAsync(repository, count, observer, cancellationToken));
        Task<PlannedItem?>[] tagged = [
            .. CosignTags.All(subject).Where(tags.MayHave)
            .Select(tag => FindTagAsync(repository, tag, tags.Lists(tag), cancellationToken))];
        PlannedItem?[] referrers = await FindReferrersAsync(repository, subject, tags, cancellationToken);
        return [.. (await Task.WhenAll(tagged)).Concat(referrers).OfType<PlannedItem>()];
    }

    private async Task<PlannedItem?> FindTagAsync(RepositoryName repository, string tag, bool isListed, CancellationToken cancellationToken)
    {
        // For a sha512 digest, cosign's tags would exceed the length of a tag, so there are none.
        if (!ImageReference.IsTag(tag))
            return null;
        if (options is { Artifacts: true, SignaturesOnly: true } && ArtifactKinds.OfTag(tag) is not ArtifactKind.Signature and var kind)
        {
            if (isListed)
                _left.Add(kind);
            return null;
        }

        try
        {
            Manifest? manifest = await reader.FindManifestAsync(repository, tag, cancellationToken);
            return manifest is null ? null : await ItemAsync(repository, manifest, tag, cancellationToken);
        }
        catch (AirgapException e) when (e.Code == ErrorCode.Forbidden)
        {
            observer.Detail($"{repository}:{tag} is left out: {e.Message}");
            if (isListed)
                _unread[$"{repository}:{tag}"] = e.Message;
            return null;
        }
        catch (AirgapException e) when (failures.Take(ImageReference.ByTag(repository, tag), e))
        {
            return null;
        }
    }

    private async Task<PlannedItem?[]> FindReferrersAsync(
        RepositoryName repository, Digest subject, ExistingTags tags, CancellationToken cancellationToken)
    {
        try
        {
            string fallback = ReferrerList.FallbackTag(subject);
            ReferrerList list = await reader.ListReferrersAsync(
                repository, subject, tags.Lists(fallback) ? true : tags.MayHave(fallback) ? null : false, cancellationToken);
            if (list.IsPartial)
                _unread[$"the referrers of {repository}@{subject}"] = "the registry returns only the first of them";
            return await Task.WhenAll(list.Manifests.Select(async listed =>
            {
                // A clients' list may name manifests that were removed, or never attached.
                Manifest? manifest = await reader.FindManifestAsync(repository, listed.Digest.ToString(), cancellationToken);
                if (manifest?.Subject?.Digest != subject)
                {
                    observer.Detail(
                        $"{repository}@{listed.Digest}, listed as a referrer of {subject}, " +
                        $"{(manifest is null ? "does not exist" : "does not refer to it")}.");
                    return null;
                }

                if (!options.SignaturesOnly || ArtifactKinds.OfReferrer(manifest) is ArtifactKind.Signature)
                    return await ItemAsync(repository, manifest, tag: null, cancellationToken);
                _left.Add(ArtifactKinds.OfReferrer(manifest));
                return null;
            }));
        }
        catch (AirgapException e) when (e.Code == ErrorCode.Forbidden)
        {
            observer.Detail($"The referrers of {repository}@{subject} are left out: {e.Message}");
            _unread[$"the referrers of {repository}@{subject}"] = e.Message;
            return [];
        }
        catch (AirgapException e) when (failures.Take($"the referrers of {repository}@{subject}", digest: null, e))
        {
            return [];
        }
    }

    private async Task<PlannedItem> ItemAsync(
        RepositoryName repository, Manifest manifest, string? tag, CancellationToken cancellationToken) => new()
        {
            Source = ImageReference.ByDigest(repository, manifest.Digest),
            Content = await tree.ExpandAsync(repository, manifest, cancellationToken),
            Tag = tag,
        };

    private Diagnostic Unread()
    {
        (string what, string why) = _unread.MinBy(pair => pair.Key, StringComparer.Ordinal);
        return new Diagnostic(
            ErrorCode.ArtifactsUnread,
            "Artifacts attached to images could not be read in " +
            $"{_unread.Count} {(_unread.Count == 1 ? "place" : "places")} and are left behind: " +
            $"{what}{(_unread.Count > 1 ? " and others" : "")} ({why.TrimEnd('.')}).",
            "Give the source's account the right to read them, or relocate without artifacts.");
    }

    private static AirgapException TooMany(PlannedItem last) => new(
        ErrorCode.InvalidManifest,
        $"More than {MaxArtifacts} manifests are attached to the images, {last.Source} among them.",
        "Relocate the images without their artifacts.")
    { Reference = last.Source.ToString(), Digest = last.Digest.ToString() };
}
