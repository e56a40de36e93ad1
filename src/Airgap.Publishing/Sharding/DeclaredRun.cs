using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;

namespace Airgap.Publishing.Sharding;

/// <summary>The facts about a project's item in a plan. A later stage compares them with its own project.</summary>
internal static class DeclaredRun
{
    /// <summary>The item's facts for the plan.</summary>
    public static RunPlanDeclared Of(PublishSettings settings, Declaration declaration) =>
        new(declaration.Item.ItemName, declaration.Item.Include, ChoicesOf(settings, declaration))
        {
            Pin = declaration.Pin?.ToString()
        };

    /// <summary>The difference between a plan's relocation and an item; null for none.</summary>
    public static string? Difference(PublishSettings settings, Declaration declaration, RunPlan run)
    {
        if (run.Entry.Declared is not { } declared)
            return "it was not made from a project";
        string item = $"{declaration.Item.ItemName} '{declaration.Item.Include}'";
        if (declared.Item != declaration.Item.ItemName || declared.Include != declaration.Item.Include)
            return $"it contains {declared.Item} '{declared.Include}', but the project contains {item}";
        string planned = PlaceOf(run.Destination), here = PlaceOf(declaration.Destination);
        if (planned != here)
            return $"the plan relocates {item} to {planned}, but the project to {here}";
        string choices = ChoicesOf(settings, declaration);
        return declared.Choices == choices ? null
            : $"it has the settings '{declared.Choices}' for {item}, but the project has '{choices}'";
    }

    /// <summary>
    /// Refuses a bundle that the project itself makes if signatures are required: it is unsigned, and others could have replaced it in the
    /// plan.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlanNotShared"/>.</exception>
    public static void RefuseUnsigned(PublishSettings settings, Declaration declaration)
    {
        if (declaration.Item.IsProduced && RequiresSignatures(settings))
            throw RunPlanSupport.No(declaration.Source, "the project makes it and requires signatures, which it cannot have yet");
    }

    /// <summary>True if a project's settings require signatures.</summary>
    public static bool RequiresSignatures(PublishSettings settings) => settings.Policy.Length > 0 || !settings.Trust.IsEmpty;

    private static string PlaceOf(RelocationDestination destination) => destination is RelocationDestination.Archive archive
        ? $"{RunPlanSupport.WordOf(archive.Format)} archive {archive.Path}" : destination.ToString()!;

    // Settings that the plan's content does not show.
    private static string ChoicesOf(PublishSettings settings, Declaration declaration) => string.Join("; ", new[]
    {
        $"artifacts {declaration.Artifacts.ToString().ToLowerInvariant()}",
        settings.IncludeNonDistributableLayers ? "non-distributable layers" : "",
        declaration.Selection.ToString(),
    }.Where(choice => choice.Length > 0));
}
