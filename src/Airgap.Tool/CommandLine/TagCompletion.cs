using System.Collections.Immutable;
using System.CommandLine.Completions;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Describing;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// Completes the tag of a reference: the completion source of all flags and arguments that take a reference.
/// </summary>
internal static class TagCompletion
{
    /// <summary>
    /// References with the tags that the repository has; none before a colon is typed, or when the registry does not answer in time.
    /// </summary>
    public static IEnumerable<CompletionItem> Of(CompletionContext context)
    {
        string typed = context.WordToComplete;
        // A colon before the last slash belongs to a port.
        int colon = typed.LastIndexOf(':');
        if (colon <= typed.LastIndexOf('/') || typed.Contains('@', StringComparison.Ordinal)
            || !RepositoryName.TryParse(typed[..colon], out RepositoryName? repository, out _)
            || context.ParseResult.CommandResult.Command is not ToolCommand { Registry: { } flags })
        {
            return [];
        }

        using CancellationTokenSource time = new(flags.CompletionWait);
        try
        {
            using RegistryClient registry = flags.Connect(context.ParseResult, trace: null);
            // A completion source is synchronous and cannot await.
            ImmutableArray<ListedTag> tags =
                Task.Run(() => new TagLister(registry).ListAsync(repository, new TagListOptions(), time.Token), time.Token)
                .WaitAsync(time.Token).GetAwaiter().GetResult();
            // A shell inserts what it receives, so only valid tags go there.
            return [.. tags.Where(tag => ImageReference.IsTag(tag.Name))
                .Select(tag => new CompletionItem(typed[..(colon + 1)] + tag.Name))];
        }
        catch (Exception)
        {
            // An error message would disrupt the user's typing.
            return [];
        }
    }
}
