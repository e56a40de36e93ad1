using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Gating;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Trusting;

namespace Airgap.Publishing;

/// <summary>The checks before anything moves: signatures, the needs of mirror configurations, and the gate.</summary>
internal static class PublishApproval
{
    /// <summary>
    /// Asks for all destinations at once. Their content is verified once, before anything moves to any of them, and each relocates what was
    /// verified.
    /// </summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="sides">The destinations.</param>
    /// <param name="warnings">The warnings so far, which the gate is shown.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>All refusals, empty where nothing stands in the way; and what the gate said, null for no gate.</returns>
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
}
