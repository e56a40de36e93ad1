using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Verifying;

/// <summary>Verifies the tags of a repository that a relocation writes.</summary>
internal sealed class RelocatedTags(VerifiedHosts hosts, Findings run, RepositoryName repository)
{
    private readonly SharedTasks<Digest, Findings> _checked = new();
    private readonly SharedTasks<RepositoryName, Dictionary<string, string>> _listed = new();

    /// <summary>Verifies that a tag has the digest of a lock.</summary>
    public async Task CheckAsync(Findings findings, string tag, Digest expected, CancellationToken cancellationToken)
    {
        string place = $"{repository}:{tag}";
        try
        {
            Descriptor? found = await ResolveAsync(tag, cancellationToken);
            if (found is null)
                findings.Add(ErrorCode.ManifestUnknown, $"{place} does not exist.", place, expected);
            else if (found.Digest != expected)
                findings.Add(ErrorCode.DestinationMismatch,
                    $"{place} points to {found.Digest}, but the lock names {expected}.", place, expected);
        }
        catch (AirgapException e)
        {
            hosts.Report(findings, repository, e, place, expected);
        }
    }

    /// <summary>An image without its own tag is collected as garbage.</summary>
    public async Task CheckContentTagAsync(Findings findings, Digest digest, CancellationToken cancellationToken) =>
        findings.Include(await _checked.GetOrAdd(digest, _ => ContentTagAsync(digest, cancellationToken)));

    /// <summary>The digest of a tag or digest reference; null for none.</summary>
    /// <exception cref="AirgapException">1xxx: the registry.</exception>
    public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        hosts.AskAsync(repository, (at, token) => at.ResolveAsync(tagOrDigest, token), cancellationToken);

    private async Task<Findings> ContentTagAsync(Digest digest, CancellationToken cancellationToken)
    {
        Findings findings = run.Apart();
        string tag = ContentTag.Of(digest);
        string place = $"{repository}:{tag}";
        try
        {
            Descriptor? found = await ResolveAsync(tag, cancellationToken);
            // With --repo-based-tags, the tag starts with the source repository.
            if (found is null && (await _listed.GetOrAdd(repository, _ => ListAsync(cancellationToken)))
                .TryGetValue(tag, out string? other))
                found = await ResolveAsync(other, cancellationToken);
            if (found is null)
                findings.Add(ErrorCode.ManifestUnknown,
                    $"{place} does not exist: no tag keeps {digest} from being collected as garbage.", place, digest);
            else if (found.Digest != digest)
                findings.Add(ErrorCode.DestinationMismatch, $"{place} points to {found.Digest}.", place, digest);
        }
        catch (AirgapException e)
        {
            hosts.Report(findings, repository, e, place, digest);
        }

        return findings;
    }

    // The tags that end with the algorithm and the digest, such as SOURCE-sha256-HEX.imgpkg, by that ending.
    private Task<Dictionary<string, string>> ListAsync(CancellationToken cancellationToken) => hosts.AskAsync(
        repository,
        async (at, token) =>
        {
            Dictionary<string, string> tags = [];
            await foreach (string tag in at.ListTagsAsync(token))
            {
                int dash = tag.LastIndexOf('-');
                int before = dash > 0 ? tag.LastIndexOf('-', dash - 1) : -1;
                if (before >= 0)
                    tags.TryAdd(tag[(before + 1)..], tag);
            }

            return tags;
        },
        cancellationToken);
}
