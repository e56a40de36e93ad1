using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Locking;
using Airgap.Publishing.Reporting;

namespace Airgap.Publishing;

/// <summary>What a publish did.</summary>
/// <param name="Items">The items, in declared order; empty when no destination was set.</param>
/// <param name="Files">All artifacts, the report included.</param>
/// <param name="Warnings">What the user should know; an observer has already received each of them.</param>
/// <param name="Summary">One line: <c>2 bundles: 1 copied (12.3 MB), 1 up to date</c>.</param>
internal sealed record PublishResult(
    ImmutableArray<PublishedItem> Items, ImmutableArray<PublishedFile> Files, ImmutableArray<Diagnostic> Warnings, string Summary)
{
    /// <summary>What became of the project's lock; null where none is kept.</summary>
    public LockChange? Lock { get; init; }

    /// <summary>
    /// What went wrong, with the item's place; empty unless <see cref="PublishSettings.KeepGoing"/> is set. An item with a failure is none
    /// of <see cref="Items"/>.
    /// </summary>
    public ImmutableArray<Diagnostic> Failures { get; init; } = [];

    /// <summary>What reports for people show of it; null when nothing was relocated.</summary>
    public ReportModel? Model { get; init; }

    /// <summary>What the gate said; null where none was asked.</summary>
    public GateReport? Gate { get; init; }

    /// <summary>
    /// Full paths of the files that a cluster takes: placeholder Secrets only where the project has them among its manifests.
    /// </summary>
    public IEnumerable<string> ManifestsOf(PublishSettings settings) => Files
        .Where(file => file.Kind is PublishedFileKind.PackageRepository or PublishedFileKind.SecretExport or PublishedFileKind.Namespace
            or PublishedFileKind.GitOps || (file.Kind == PublishedFileKind.Secret && settings.SecretManifests))
        .Select(file => file.Path);
}
