using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Keeping;

/// <summary>The result of a deletion.</summary>
/// <param name="Refusal">The reason why it is still there; null if it was removed.</param>
/// <param name="IsRenewed">True if the registry keeps it, since it was pushed again.</param>
internal readonly record struct RemovalResult(AirgapException? Refusal, bool IsRenewed = false);

/// <summary>Removes manifests and tags, and checks that they are gone.</summary>
/// <param name="repository">The repository.</param>
internal sealed class ManifestRemover(IImageRepository repository)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait for a deletion that the registry accepted: some registries carry it out later.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Requests the deletion of a manifest or tag. It counts as removed if it can no longer be fetched, whatever the response.
    /// </summary>
    /// <param name="tagOrDigest">A digest's text, or a tag.</param>
    /// <param name="stored">The time of its storage: a registry that supports it keeps content stored later; null for no condition.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RemovalResult> TryAsync(
        string tagOrDigest, DateTimeOffset? stored, CancellationToken cancellationToken)
    {
        try
        {
            RemovalResponse response = await repository.RemoveAsync(tagOrDigest, stored, cancellationToken);
            if (response == RemovalResponse.Unsupported)
                return new(DeletionProbe.Unsupported(repository));
            if (response == RemovalResponse.Renewed)
                return new(null, IsRenewed: true);
            return await IsGoneAsync(tagOrDigest, response, cancellationToken) ? new(null) : new(new AirgapException(
                ErrorCode.StillThere,
                $"The registry {repository.Name.Registry} " +
                $"{(response == RemovalResponse.Accepted ? "accepted the deletion of" : "reports that it has no")} {tagOrDigest} of " +
                $"{repository.Name}, " +
                $"and still serves it{(response == RemovalResponse.Accepted ? $" after {Limit.TotalSeconds:0.#} s" : "")}.",
                "Ask the registry's operator: a proxy or a rule of the registry may keep it.")
            { Reference = repository.Name.ToString() });
        }
        catch (AirgapException e) when (e.Code is ErrorCode.RegistryRefused or ErrorCode.TagImmutable)
        {
            return new(e);
        }
    }

    /// <summary>
    /// Checks that a manifest or tag is gone. If the registry accepted its deletion, repeats the check until <see cref="Limit"/>.
    /// </summary>
    /// <param name="tagOrDigest">A digest's text, or a tag.</param>
    /// <param name="response">The registry's response.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<bool> IsGoneAsync(string tagOrDigest, RemovalResponse response, CancellationToken cancellationToken)
    {
        Polling polling = new(response == RemovalResponse.Accepted ? Limit : TimeSpan.Zero, s_firstPause, s_longestPause);
        do
        {
            if (await repository.ResolveAsync(tagOrDigest, cancellationToken) is null)
                return true;
        }
        while (await polling.PauseAsync(cancellationToken));
        return false;
    }

    /// <summary>Removes the tags of removed manifests that the registry kept.</summary>
    public async Task RemoveTagsAsync(PrunePlan plan, HashSet<Digest> stays, CancellationToken cancellationToken)
    {
        HashSet<string> planned = [.. plan.Remove.Where(item => !stays.Contains(Digest.Parse(item.Digest))).SelectMany(item => item.Tags)];
        if (planned.Count == 0)
            return;
        List<string> listed = [];
        await foreach (string tag in repository.ListTagsAsync(cancellationToken))
        {
            if (planned.Contains(tag))
                listed.Add(tag);
        }

        foreach (string tag in listed)
        {
            if (await repository.ResolveAsync(tag, cancellationToken) is null)
                await TryAsync(tag, null, cancellationToken);
        }
    }
}
