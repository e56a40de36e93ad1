using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Gating;
using Airgap.Publishing.Reporting;

namespace Airgap.Publishing;

/// <summary>Runs a project's gate once, for the plans of all items and destinations.</summary>
internal static class ProjectGate
{
    /// <summary>Finds settings of a gate that has no command, which would otherwise approve everything in silence.</summary>
    public static ImmutableArray<Diagnostic> FindProblems(PublishSettings settings)
    {
        if (settings.GateCommand.Length > 0)
            return [];
        string? named = settings.GateContent ? PropertyNames.GateContent
            : !settings.GateVariables.IsEmpty ? PropertyNames.GateVariables
            : settings.GateTimeout is not null ? PropertyNames.GateTimeout : null;
        return named is null ? [] : [
            new Diagnostic(
                ErrorCode.IncompatibleOptions, $"{named} is set, but no gate.", $"Set {PropertyNames.GateCommand}, or omit it."),
        ];
    }

    /// <summary>Runs it.</summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="destinations">
    /// The planner of each destination, which keeps its plans for the relocation, and its items; none if nothing moves.
    /// </param>
    /// <param name="warnings">The warnings so far, which the plan includes.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>Its report; null if there is no gate.</returns>
    public static async Task<GateReport?> AskAsync(
        PublishSettings settings, IReadOnlyList<(ItemPublisher Items, ImmutableArray<Declaration> Declarations)> destinations,
        PublishWarnings warnings, CancellationToken cancellationToken)
    {
        if (settings.GateCommand.Length == 0 || destinations.All(destination => destination.Declarations.IsEmpty))
            return null;
        Gate gate = new(new GateSettings(
            settings.GateCommand, settings.ProjectDirectory, settings.GateTimeout ?? GateSettings.DefaultTimeLimit, settings.GateContent,
            settings.GateVariables));
        List<ForecastItem> forecasts = [];
        foreach ((ItemPublisher items, ImmutableArray<Declaration> declarations) in destinations)
        {
            await items.Plans.KeepAsync(declarations, cancellationToken);
            foreach (Declaration declaration in declarations)
                forecasts.AddRange(await items.Forecaster.RunAsync(declaration, cancellationToken, keepsPlan: true));
        }

        // Every destination gets the same content.
        return await gate.AskAsync(
            PlanWriter.Create(forecasts, warnings.All), folder => destinations[0].Items.Plans.FillAsync(folder, cancellationToken),
            cancellationToken);
    }
}
