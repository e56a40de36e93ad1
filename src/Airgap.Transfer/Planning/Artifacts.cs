using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>Finds what is attached to the items of a plan: cosign's tags beside them, and the manifests that name them as their subject.</summary>
internal sealed class Artifacts(SourceReader reader, ManifestTree tree, PlanOptions options, ITransferObserver observer, ImageFailures failures)
{
    /// <summary>A signature of a signature is one step; chains beyond this are an attack.</summary>
    private const int MaxDepth = 16;

    private readonly SharedTasks<RepositoryName, ExistingTags> _tags = new();

    /// <summary>Adds what was asked for to a plan.</summary>
    public Task AddToAsync(PlanBuilder builder, CancellationToken cancellationToken) =>
        options.Artifacts ? AddAllAsync(builder, cancellationToken)
        : options.CosignSignatures ? AddSignaturesAsync(builder, cancellationToken)
        : Task.CompletedTask;

    // As imgpkg: of the items themselves, not of the children of an index, and not of signatures.
    private async Task AddSignaturesAsync(PlanBuilder builder, CancellationToken cancellationToken)
    {
        PlannedItem?[] signatures = await Task.WhenAll(builder.Items.ToArray().Select(item =>
            FindTagAsync(item.Source.Repository, CosignTags.Signature(item.Digest), cancellationToken)));
        foreach (PlannedItem signature in signatures.OfType<PlannedItem>())
            builder.Add(signature);
    }

    private async Task AddAllAsync(PlanBuilder builder, CancellationToken cancellationToken)
    {
        HashSet<(RepositoryName, Digest)> seen = [];
        IReadOnlyCollection<PlannedItem> subjects = [.. builder.Items];
        for (int depth = 0; subjects.Count > 0; depth++)
        {
            if (depth == MaxDepth)
            {
                PlannedItem last = subjects.First();
                throw new AirgapException(
                    ErrorCode.InvalidManifest,
                    $"{last.Source} is attached to something that is attached to something, more than {MaxDepth} times over.",
                    "Relocate the image without its artifacts.")
                { Reference = last.Source.ToString(), Digest = last.Digest.ToString() };
            }

            (RepositoryName Repository, Digest Digest)[] fresh =
            [
                .. subjects.SelectMany(item => item.Content.SelfAndDescendants().Select(node => (item.Source.Repository, node.Manifest.Digest))).Where(seen.Add),
            ];
            PlannedItem[][] found = await Task.WhenAll(fresh.Select(subject => FindAsync(subject.Repository, subject.Digest, fresh.Length, cancellationToken)));
            subjects = [.. found.SelectMany(items => items)];
            foreach (PlannedItem item in subjects)
                builder.Add(item);
        }
    }

    private async Task<PlannedItem[]> FindAsync(RepositoryName repository, Digest subject, int count, CancellationToken cancellationToken)
    {
        // One list in place of three requests for each manifest, most of which would be in vain.
        ExistingTags tags = await _tags.GetOrAdd(repository, _ => reader.ListTagsAsync(repository, count, observer, cancellationToken));
        Task<PlannedItem?>[] tagged = [.. CosignTags.All(subject).Where(tags.MayHave).Select(tag => FindTagAsync(repository, tag, cancellationToken))];
        PlannedItem?[] referrers = await FindReferrersAsync(repository, subject, cancellationToken);
        return [.. (await Task.WhenAll(tagged)).Concat(referrers).OfType<PlannedItem>()];
    }

    private async Task<PlannedItem?> FindTagAsync(RepositoryName repository, string tag, CancellationToken cancellationToken)
    {
        // Of a sha512 digest cosign's tags would be longer than a tag may be, so that there are none.
        if (!ImageReference.IsTag(tag))
            return null;
        try
        {
            Manifest? manifest = await reader.FindManifestAsync(repository, tag, cancellationToken);
            return manifest is null ? null : await ItemAsync(repository, manifest, tag, cancellationToken);
        }
        catch (AirgapException e) when (e.Code == ErrorCode.Forbidden)
        {
            observer.Detail($"{repository}:{tag} is left out: {e.Message}");
            return null;
        }
        catch (AirgapException e) when (failures.Take(ImageReference.ByTag(repository, tag), e))
        {
            return null;
        }
    }

    private async Task<PlannedItem?[]> FindReferrersAsync(RepositoryName repository, Digest subject, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.WhenAll((await reader.ListReferrersAsync(repository, subject, cancellationToken)).Manifests.Select(async listed =>
            {
                // A list that clients keep may name what was removed, or what was never attached.
                Manifest? manifest = await reader.FindManifestAsync(repository, listed.Digest.ToString(), cancellationToken);
                if (manifest?.Subject?.Digest == subject)
                    return await ItemAsync(repository, manifest, tag: null, cancellationToken);
                observer.Detail($"{repository}@{listed.Digest}, listed as a referrer of {subject}, {(manifest is null ? "does not exist" : "does not refer to it")}.");
                return null;
            }));
        }
        catch (AirgapException e) when (e.Code == ErrorCode.Forbidden)
        {
            observer.Detail($"The referrers of {repository}@{subject} are left out: {e.Message}");
            return [];
        }
        catch (AirgapException e) when (failures.Take($"the referrers of {repository}@{subject}", digest: null, e))
        {
            return [];
        }
    }

    private async Task<PlannedItem> ItemAsync(RepositoryName repository, Manifest manifest, string? tag, CancellationToken cancellationToken) => new()
    {
        Source = ImageReference.ByDigest(repository, manifest.Digest),
        Content = await tree.ExpandAsync(repository, manifest, cancellationToken),
        Tag = tag,
    };
}
