using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Locking;
using Airgap.Publishing.Reporting;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>The result of a publish.</summary>
/// <param name="Items">The items, in declared order; empty when no destination was set.</param>
/// <param name="Files">All artifacts, including the report.</param>
/// <param name="Warnings">The warnings, each of which an observer has already received.</param>
/// <param name="Summary">One line: <c>2 bundles: 1 copied (12.3 MB), 1 up to date</c>.</param>
internal sealed record PublishResult(
    ImmutableArray<PublishedItem> Items, ImmutableArray<PublishedFile> Files, ImmutableArray<Diagnostic> Warnings, string Summary)
{
    /// <summary>The changes to the project's lock; null if there is none.</summary>
    public LockChange? Lock { get; init; }

    /// <summary>
    /// The failures, with the item's location; empty unless <see cref="PublishSettings.KeepGoing"/> is set. An item
    /// with a failure is not among <see cref="Items"/>.
    /// </summary>
    public ImmutableArray<Diagnostic> Failures { get; init; } = [];

    /// <summary>The relocations of all items, including incomplete ones and those to further repositories of a template.</summary>
    public ImmutableArray<TransferResult> Moved { get; init; } = [];

    /// <summary>The omitted content of the moved bundles; null for an underived bundle.</summary>
    public ImmutableArray<DerivedReport?> Derived { get; init; } = [];

    /// <summary>The destinations to which items were or would have been moved.</summary>
    public ImmutableArray<string> Destinations { get; init; } = [];

    /// <summary>The sources from which items were or would have been moved.</summary>
    public ImmutableArray<string> Sources { get; init; } = [];

    /// <summary>The model of the human-readable reports; null when nothing was relocated.</summary>
    public ReportModel? Model { get; init; }

    /// <summary>The gate's report; null if there is no gate.</summary>
    public GateReport? Gate { get; init; }

    /// <summary>
    /// Full paths of the files to apply to a cluster: placeholder Secrets only if the project writes them among its
    /// manifests.
    /// </summary>
    public IEnumerable<string> ManifestsOf(PublishSettings settings) => Files
        .Where(file => file.Kind is PublishedFileKind.PackageRepository or PublishedFileKind.SecretExport or PublishedFileKind.Namespace
            or PublishedFileKind.GitOps || (file.Kind == PublishedFileKind.Secret && settings.SecretManifests))
        .Select(file => file.Path);
}
