using Airgap.Oci;
using Airgap.Oci.Client;

namespace Airgap.Transfer.Plans;

/// <summary>
/// The tags that a destination had before the relocation: listing them takes one request, and saves a request for every missing manifest.
/// If a registry does not list tags, or lists endlessly, every tag counts as possible.
/// </summary>
internal sealed class ExistingTags
{
    /// <summary>Nothing is known: every tag may exist.</summary>
    public static readonly ExistingTags Unknown = new(null);

    private readonly HashSet<string>? _tags;

    private ExistingTags(HashSet<string>? tags) => _tags = tags;

    /// <summary>
    /// True only when the repository is known to have had no tags, so that it is new or equivalent to new.
    /// </summary>
    public bool IsEmpty => _tags is { Count: 0 };

    /// <summary>False only when the tag is known to be absent.</summary>
    public bool MayHave(string tag) => _tags?.Contains(tag) ?? true;

    /// <summary>True only when the tag is known to exist.</summary>
    public bool Lists(string tag) => _tags?.Contains(tag) ?? false;

    /// <summary>The tags; empty if they are not known.</summary>
    public IReadOnlyCollection<string> All => _tags ?? [];

    /// <summary>Lists a repository's tags, as far as that is cheaper than a request for each manifest.</summary>
    public static async Task<ExistingTags> ListAsync(
        IImageRepository repository, int items, ITransferObserver observer, CancellationToken cancellationToken)
    {
        HashSet<string> tags = new(StringComparer.Ordinal);
        try
        {
            await foreach (string tag in repository.Unretried.ListTagsAsync(cancellationToken))
            {
                tags.Add(tag);
                if (tags.Count > 5_000 + (100 * items))
                    return Unknown;
            }

            return new ExistingTags(tags);
        }
        catch (AirgapException e)
        {
            // The list would only have saved requests; if the registry itself is at fault, those requests fail.
            observer.Detail($"{repository.Name} does not list its tags: {e.Message}");
            return Unknown;
        }
    }
}
