using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Registry;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Publishing;

/// <summary>Relocates a project's items and writes their artifacts: what the MSBuild task and <c>dotnet airgap publish</c> share.</summary>
/// <param name="registry">The registries, with their credentials.</param>
/// <param name="observer">Is told what happens, warnings included; null for nobody.</param>
public sealed class Publisher(IRegistry registry, ITransferObserver? observer = null)
{
    private readonly PublishWarnings _warnings = new(observer);

    /// <summary>Told each artifact as soon as it is written, so that those of a run that fails later are known too; null for nobody.</summary>
    public Action<PublishedFile>? OnArtifact { get; init; }

    /// <summary>Checks everything that can be wrong without a request, all at once. Mistyped metadata are told to the observer as warnings (<see cref="ErrorCode.UnknownName"/>).</summary>
    /// <returns>Every problem; empty when there is none. Without a destination there is none: then nothing will be done.</returns>
    public ImmutableArray<Diagnostic> Validate(IReadOnlyList<PublishItem> items, PublishSettings settings)
    {
        WarnOfTypos(items);
        if (!HasDestination(items, settings))
            return [];
        DeclarationReader reader = new(settings);
        reader.Read(items);
        return reader.Problems;
    }

    /// <summary>Relocates the items in order. Without a destination it warns (<see cref="ErrorCode.NoDestination"/>) and does nothing.</summary>
    /// <exception cref="AirgapException">The first failure, with the item's place.</exception>
    public async Task<PublishResult> RunAsync(IReadOnlyList<PublishItem> items, PublishSettings settings, CancellationToken cancellationToken)
    {
        WarnOfTypos(items);
        if (items.Count == 0 || !HasDestination(items, settings))
            return NothingToDo(items);
        DeclarationReader reader = new(settings);
        ImmutableArray<Declaration> declarations = reader.Read(items);
        if (reader.Problems is [var problem, ..])
            throw new AirgapException(problem.Code, problem.Message, problem.Advice) { Reference = problem.Reference, Location = problem.Location };

        ItemPublisher publisher = new(registry, observer, _warnings, settings, OnArtifact);
        List<PublishedItem> published = [];
        foreach (Declaration declaration in declarations)
            published.Add(await publisher.RunAsync(declaration, cancellationToken));

        string summary = PublishSummary.Create(published);
        PublishedFile report = new(
            await RelocationReportWriter.WriteAsync(settings.FullOutputPath, published, _warnings.All, summary, cancellationToken),
            PublishedFileKind.Report);
        OnArtifact?.Invoke(report);
        return new PublishResult(
            [.. published],
            [.. published.SelectMany(item => item.Files), report],
            _warnings.All,
            summary);
    }

    private static bool HasDestination(IReadOnlyList<PublishItem> items, PublishSettings settings) =>
        settings.Registry.Length > 0 || settings.Archive.Length > 0 || settings.SourceArchive.Length > 0 || items.Any(DestinationName.IsWhole);

    private PublishResult NothingToDo(IReadOnlyList<PublishItem> items)
    {
        if (items is [var first, ..])
        {
            string others = items.Count == 1 ? "" : $" and {items.Count - 1} more";
            _warnings.Add(
                new Diagnostic(
                    ErrorCode.NoDestination,
                    $"{first.ItemName} '{first.Include}'{others} stays where it is: the project names no destination.",
                    "Set AirgapRegistry to HOST/PATH, or AirgapArchive to a file to carry over; AirgapOnPublish=false keeps this quiet."),
                first.Location);
        }

        return new PublishResult([], [], _warnings.All, PublishSummary.NothingMoved);
    }

    private void WarnOfTypos(IReadOnlyList<PublishItem> items)
    {
        foreach (PublishItem item in items)
        {
            foreach (string name in item.Metadata.Keys.Where(IsUnknown).Order(StringComparer.Ordinal))
            {
                _warnings.Add(
                    item.Problem(ErrorCode.UnknownName, $"The metadata {name} of the item {item.ItemName} '{item.Include}' means nothing.", NearestName.Advice(name, MetadataNames.All)),
                    item.Location);
            }
        }
    }

    private static bool IsUnknown(string name) =>
        !MetadataNames.All.Contains(name, StringComparer.OrdinalIgnoreCase) && !MetadataNames.Foreign.Contains(name, StringComparer.OrdinalIgnoreCase);
}
