using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Commands;
using Airgap.Transfer.Describing;

namespace Airgap.Tool.Running;

/// <summary>What helps where a tag is not there: that none was typed, and the tags that are spelt most like it.</summary>
internal static class NearTags
{
    /// <summary>The longest a registry is waited for: the run has failed already.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    private const int Most = 3;

    /// <summary>A failure with better advice; the same one where there is none to give.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="flags">How its command talks to registries; null where it does not.</param>
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
        string none = isUntyped ? $"No tag was given, so {ImageReference.DefaultTag} was looked for. " : "";
        string[] near = await FindAsync(reference, parsed, flags, cancellationToken);
        string tags = near.Length == 0 ? "" : $"Tags that are there: {string.Join(", ", near)}. ";
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
            return [.. tags.Select(tag => tag.Name).Where(ImageReference.IsTag).OrderBy(tag => UsageErrors.Distance(reference.Tag!, tag))
                .ThenBy(tag => tag, StringComparer.Ordinal).Take(Most)];
        }
        catch (Exception)
        {
            return [];
        }
    }
}
