using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Commands;
using Airgap.Transfer.Describing;

namespace Airgap.Tool.Running;

/// <summary>Advice for a missing tag: whether a tag was typed at all, and the tags spelt most like it.</summary>
internal static class TagSuggestions
{
    /// <summary>The longest wait for a registry, short because the run has already failed.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    private const int Most = 3;

    /// <summary>A failure with better advice, or the same failure if there is none.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="flags">The command's registry flags; null when it talks to no registry.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Diagnostic> AdviseAsync(
        Diagnostic failure, ParseResult parsed, RegistryFlags? flags, CancellationToken cancellationToken)
    {
        if (failure.Code != ErrorCode.ManifestUnknown || flags is null
            || !ImageReference.TryParse(failure.Reference, out ImageReference? reference, out _) || reference.Digest is not null)
            return failure;
        bool isUntyped = parsed.Tokens.Any(
            token => References.TryParse(token.Value, out ImageReference? typed, out _) && typed.IsUnpinned
            && typed.ToString() == reference.ToString());
        string none = isUntyped ? $"No tag was given, so '{ImageReference.DefaultTag}' was looked up. " : "";
        string[] near = await FindAsync(reference, parsed, flags, cancellationToken);
        string tags = near.Length == 0 ? "" : $"Existing tags: {string.Join(", ", near)}. ";
        return none.Length + tags.Length == 0 ? failure : failure with { Advice = $"{none}{tags}{failure.Advice}" };
    }

    // The tags are an extra: a failure here is not reported.
    private static async Task<string[]> FindAsync(
        ImageReference reference, ParseResult parsed, RegistryFlags flags, CancellationToken cancellationToken)
    {
        using CancellationTokenSource time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(TimeLimit);
        try
        {
            using RegistryClient registry = flags.Connect(parsed, trace: null);
            IEnumerable<ListedTag> tags =
                await new TagLister(registry).ListAsync(reference.Repository, new TagListOptions(), time.Token).WaitAsync(time.Token);
            return [.. tags.Select(tag => tag.Name).Where(ImageReference.IsTag).OrderBy(tag => NearestName.Distance(reference.Tag!, tag))
                .ThenBy(tag => tag, StringComparer.Ordinal).Take(Most)];
        }
        catch (Exception)
        {
            return [];
        }
    }
}
