using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>The outcome of each item of a run.</summary>
internal sealed class ItemOutcomes
{
    /// <summary>The items that arrived completely.</summary>
    public List<PublishedItem> Published { get; } = [];

    /// <summary>The items that did not arrive completely.</summary>
    public List<PublishItem> Failed { get; } = [];

    /// <summary>The reasons why items did not arrive.</summary>
    public List<Diagnostic> Failures { get; } = [];

    /// <summary>The moved items, complete or not.</summary>
    public List<TransferResult> Results { get; } = [];

    /// <summary>The omitted content of the moved bundles; null for an underived bundle.</summary>
    public List<DerivedReport?> Derived { get; } = [];

    /// <summary>The results of items that went to a registry.</summary>
    public List<TransferResult> Received { get; } = [];

    /// <summary>The destinations to which items were or would have been moved.</summary>
    public List<string> Destinations { get; } = [];

    /// <summary>The sources from which items were or would have been moved.</summary>
    public List<string> Sources { get; } = [];

    /// <summary>Publishes an item and adds its outcome.</summary>
    /// <param name="declaration">The item.</param>
    /// <param name="publish">Publishes it.</param>
    /// <param name="keepsGoing">True to add a failure to <see cref="Failures"/> instead of throwing it.</param>
    public async Task AddAsync(Declaration declaration, Func<Task<PublishedItem>> publish, bool keepsGoing)
    {
        Destinations.Add(declaration.Destination.ToString()!);
        try
        {
            PublishedItem item = await publish();
            Results.AddRange(item.Result.Everywhere);
            Sources.Add(SourceOf(item.Result));
            Destinations.AddRange(item.Result.Further.Select(result => result.Destination.ToString()!));
            Derived.AddRange([item.Derived, .. item.Result.Further.Select(_ => (DerivedReport?)null)]);
            if (declaration.Archive is null)
                Received.AddRange(item.Result.Everywhere);
            if (item.Result.IsComplete)
                Published.Add(item);
            else
                Fail(declaration, IncompleteRelocation.Describe(item.Result, declaration.Item.Location));
        }
        catch (AirgapException e) when (keepsGoing && e.Code != ErrorCode.Canceled)
        {
            Sources.Add(declaration.Source.ToString()!);
            Fail(declaration, [e.ToDiagnostic()]);
        }
    }

    /// <summary>Publishes items that share an archive and adds their outcomes: either all arrive, or none.</summary>
    /// <param name="declarations">The items.</param>
    /// <param name="publish">Publishes them.</param>
    /// <param name="keepsGoing">True to add a failure to <see cref="Failures"/> instead of throwing it.</param>
    public async Task AddAllAsync(
        IReadOnlyList<Declaration> declarations, Func<Task<ImmutableArray<PublishedItem>>> publish, bool keepsGoing)
    {
        Destinations.Add(declarations[0].Destination.ToString()!);
        try
        {
            ImmutableArray<PublishedItem> items = await publish();
            Results.AddRange(items.Select(item => item.Result));
            Sources.AddRange(items.Select(item => SourceOf(item.Result)));
            Derived.AddRange(items.Select(item => item.Derived));
            if (items.All(item => item.Result.IsComplete))
            {
                Published.AddRange(items);
                return;
            }

            foreach ((PublishedItem item, Declaration declaration) in items.Zip(declarations))
                Fail(declaration, item.Result.IsComplete ? [] : IncompleteRelocation.Describe(item.Result, declaration.Item.Location));
        }
        catch (AirgapException e) when (keepsGoing && e.Code != ErrorCode.Canceled)
        {
            Sources.AddRange(declarations.Select(declaration => declaration.Source.ToString()!));
            foreach (Declaration declaration in declarations)
                Fail(declaration, declaration == declarations[0] ? [e.ToDiagnostic()] : []);
        }
    }

    /// <summary>
    /// Writes what concerns all items. They have arrived: a file about them that cannot be written fails the publish, but hides neither
    /// what moved nor the other files.
    /// </summary>
    /// <param name="write">Writes it.</param>
    /// <param name="none">What is returned after a failure.</param>
    public async Task<T> WriteAsync<T>(Func<Task<T>> write, T none)
    {
        try
        {
            return await write();
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
        {
            Failures.Add(e.ToDiagnostic());
            return none;
        }
    }

    private static string SourceOf(TransferResult result) => result.Plan.Source.ToString()!;

    private void Fail(Declaration declaration, ImmutableArray<Diagnostic> failures)
    {
        Failures.AddRange(failures);
        Failed.Add(declaration.Item);
    }
}
