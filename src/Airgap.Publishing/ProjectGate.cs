using System.Collections.Immutable;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Gating;
using Airgap.Publishing.Reporting;

namespace Airgap.Publishing;

/// <summary>Asks a project's gate about the plans of all its items, once.</summary>
internal static class ProjectGate
{
    /// <summary>Asks.</summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="publisher">Makes the plans, and keeps them for the relocation.</param>
    /// <param name="declarations">The items; empty where nothing moves.</param>
    /// <param name="warnings">The warnings so far, which the plan has.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What it said; null where none is asked.</returns>
    public static async Task<GateReport?> AskAsync(
        PublishSettings settings, ItemPublisher publisher, ImmutableArray<Declaration> declarations, PublishWarnings warnings,
        CancellationToken cancellationToken)
    {
        if (settings.GateCommand.Length == 0 || declarations.IsEmpty)
            return null;
        Gate gate = new(new GateSettings(
            settings.GateCommand, settings.ProjectDirectory, settings.GateTimeout ?? GateSettings.DefaultTimeLimit, settings.GateContent,
            settings.GateVariables));
        await publisher.KeepPlansAsync(declarations, cancellationToken);
        List<ForecastItem> forecasts = [];
        foreach (Declaration declaration in declarations)
            forecasts.AddRange(await publisher.ForecastAsync(declaration, cancellationToken, keepsPlan: true));
        return await gate.AskAsync(
            PlanWriter.Create(forecasts, warnings.All), folder => publisher.FillAsync(folder, cancellationToken), cancellationToken);
    }
}
