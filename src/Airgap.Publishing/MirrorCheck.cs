using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Mirrors;
using Airgap.Publishing.Reporting;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>
/// Checks, before anything moves, whether the requested mirror configuration can be written: the plans contain the destination of every
/// image. The plans are kept, and carried out afterwards.
/// </summary>
internal static class MirrorCheck
{
    /// <summary>The problem; null if there is none, or if no mirror configuration is requested.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="declarations">The items.</param>
    /// <param name="publisher">Makes the plans.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <exception cref="AirgapException">A plan cannot be made, and the settings do not allow continuing.</exception>
    public static async Task<Diagnostic?> FindProblemAsync(
        PublishSettings settings, IReadOnlyList<Declaration> declarations, ItemPublisher publisher, CancellationToken cancellationToken)
    {
        if (settings.MirrorFormats.IsEmpty)
            return null;
        List<PublishedItem> expected = [];
        foreach (Declaration declaration in declarations)
        {
            try
            {
                await publisher.Plans.KeepAsync([declaration], cancellationToken);
                expected.Add(Expected(declaration, publisher));
            }
            catch (AirgapException e) when (settings.KeepGoing && e.Code != ErrorCode.Canceled)
            {
                // The run meets the same failure, and reports it.
            }
        }

        try
        {
            if (expected.Count > 0)
                _ = MirrorFiles.Create(EntriesOf(settings, expected), settings.MirrorFormats);
            return null;
        }
        catch (AirgapException e) when (e.Code is ErrorCode.MirrorPathsDiffer or ErrorCode.NothingMirrored)
        {
            return e.ToDiagnostic();
        }
    }

    /// <summary>The repositories of the published content, with their mirrors.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.NothingMirrored"/>.</exception>
    public static ImmutableArray<MirrorEntry> EntriesOf(PublishSettings settings, IReadOnlyList<PublishedItem> published)
    {
        RelocationReport report = RelocationReportWriter.Create(settings.FullOutputPath, published, [], [], "");
        return MirrorMap.Of(report, item => published[report.Items.IndexOf(item)].Item.Value(MetadataNames.ClusterRegistry));
    }

    private static PublishedItem Expected(Declaration declaration, ItemPublisher publisher)
    {
        TransferPlan plan = publisher.Plans.Find(declaration)!.Plan;
        return new PublishedItem(declaration.Item, Placed(plan, declaration.Repository, declaration.Destination) with
        {
            Further = [.. publisher.Further.Of(declaration, plan)
                .Select(part => Placed(part.Plan, part.Destination.Name, part.Destination))],
        }, []);
    }

    private static TransferResult Placed(TransferPlan plan, RepositoryName? repository, RelocationDestination destination)
    {
        RelocatedItem[] items = [.. plan.Items.Select(item => new RelocatedItem(
            item, repository is null ? null : ImageReference.ByDigest(repository, item.Digest), BlobOutcome.Present, []))];
        return new TransferResult
        {
            Plan = plan,
            Destination = destination,
            Items = [.. items],
            Root = Array.Find(items, item => item.Item == plan.Root),
            Blobs = [],
            Elapsed = TimeSpan.Zero,
        };
    }
}
