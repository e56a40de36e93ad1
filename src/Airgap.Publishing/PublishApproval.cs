using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Gating;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Trusting;

namespace Airgap.Publishing;

/// <summary>The checks before anything moves: signatures, mirror configurations, and the gate.</summary>
internal static class PublishApproval
{
    /// <summary>
    /// Runs the checks for all destinations at once. Content is verified once, before anything moves to any destination, and each
    /// destination receives exactly the verified content.
    /// </summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="sides">The destinations.</param>
    /// <param name="warnings">The warnings so far, which the gate receives.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>All refusals, empty if the publish may begin; and the gate's report, null if there is no gate or it was not run.</returns>
    public static async Task<(ImmutableArray<Diagnostic> Refusals, GateReport? Gate)> AskAsync(
        PublishSettings settings, IReadOnlyList<(StartedPublish Started, PreparedPublish Prepared)> sides, PublishWarnings warnings,
        CancellationToken cancellationToken)
    {
        ImageVerdicts verdicts = new();
        List<Diagnostic> refusals = [];
        foreach ((StartedPublish started, PreparedPublish prepared) in sides)
            refusals.AddRange(await started.VerifyAsync(prepared, verdicts, cancellationToken));
        foreach ((StartedPublish started, PreparedPublish prepared) in refusals.Count > 0 ? [] : sides)
        {
            if (await started.MirrorProblemAsync(prepared, cancellationToken) is { } unmirrored)
                refusals.Add(unmirrored);
        }

        if (refusals.Count == 0 && await FindFailingAsync(sides, warnings, cancellationToken) is { } failing)
            refusals.Add(failing);
        if (refusals.Count > 0)
            return ([.. refusals.Distinct()], null);
        GateReport? gate = await ProjectGate.AskAsync(
            settings,
            [
                .. sides.Select(side => (side.Started.Items, Publisher.HasDestination(side.Prepared.Items, side.Prepared.Settings)
                    ? side.Prepared.Lock!.Declarations : [])),
            ],
            warnings, cancellationToken);
        return gate is { ExitCode: not 0 } ? ([Gate.Refusal(gate)], gate) : ([], gate);
    }

    // Where a warning fails the publish, everything is planned first: the plans have their warnings, and are carried out afterwards.
    private static async Task<Diagnostic?> FindFailingAsync(
        IReadOnlyList<(StartedPublish Started, PreparedPublish Prepared)> sides, PublishWarnings warnings,
        CancellationToken cancellationToken)
    {
        if (warnings.Fails is not { } fails || !Enum.GetValues<ErrorCode>().Any(fails))
            return null;
        foreach ((StartedPublish started, PreparedPublish prepared) in sides)
        {
            if (prepared.Lock is not { } resolved || !Publisher.HasDestination(prepared.Items, prepared.Settings))
                continue;
            foreach (Declaration[] together in Groups(resolved.Declarations))
            {
                try
                {
                    ImmutableArray<Diagnostic> told = await WarningsAsync(started, together, cancellationToken);
                    foreach (Diagnostic warning in told.Where(each => fails(each.Code)))
                        started.Scope.Warnings.Add(warning, null);
                }
                catch (AirgapException e) when (prepared.Settings.KeepGoing && e.Code != ErrorCode.Canceled)
                {
                    // The run meets the same failure, and reports it.
                }
            }
        }

        string[] codes = [.. warnings.Failing.Select(warning => warning.Id).Distinct(StringComparer.Ordinal)];
        return codes.Length == 0 ? null : new Diagnostic(
            ErrorCode.WarningFails,
            $"Nothing was relocated, because {string.Join(", ", codes)} {(codes.Length == 1 ? "counts as an error" : "count as errors")}.",
            "Correct what is told there, or do not raise it to an error.");
    }

    private static IEnumerable<Declaration[]> Groups(ImmutableArray<Declaration> declarations)
    {
        Declaration[] sharing = [.. declarations.Where(declaration => declaration.SharesArchive)];
        return [.. sharing.Length > 0 ? [sharing] : Array.Empty<Declaration[]>(),
            .. declarations.Where(declaration => !declaration.SharesArchive).Select(declaration => (Declaration[])[declaration])];
    }

    // The items of a shared archive are planned together, because an archive that is up to date is the source of their plans.
    private static async Task<ImmutableArray<Diagnostic>> WarningsAsync(
        StartedPublish started, Declaration[] together, CancellationToken cancellationToken)
    {
        if (together[0].SharesArchive && !together.All(started.Items.Plans.IsKept))
            return await new SharedItems(started.Scope, started.Items).FindWarningsAsync(together, cancellationToken);
        await started.Items.Plans.KeepAsync(together, cancellationToken);
        return [.. together.SelectMany(declaration => started.Items.Plans.Find(declaration)!.Plan.Warnings
            .Select(warning => warning with { Location = warning.Location ?? declaration.Item.Location }))];
    }
}
