using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;

namespace Airgap.Publishing.Sharding;

/// <summary>What a plan keeps of a project's item, by which a later stage knows that the project is the same.</summary>
internal static class DeclaredRun
{
    /// <summary>The item as it is written.</summary>
    public static RunPlanDeclared Of(PublishSettings settings, Declaration declaration) =>
        new(declaration.Item.ItemName, declaration.Item.Include, ChoicesOf(settings, declaration))
        {
            Pin = declaration.Pin?.ToString()
        };

    /// <summary>How a relocation of a plan differs from an item; null where it is the item's.</summary>
    public static string? Difference(PublishSettings settings, Declaration declaration, RunPlan run)
    {
        if (run.Entry.Declared is not { } declared)
            return "no project made it";
        string item = $"{declaration.Item.ItemName} '{declaration.Item.Include}'";
        if (declared.Item != declaration.Item.ItemName || declared.Include != declaration.Item.Include)
            return $"it has {declared.Item} '{declared.Include}' where the project has {item}";
        string planned = PlaceOf(run.Destination), here = PlaceOf(declaration.Destination);
        if (planned != here)
            return $"{item} goes to {planned} by the plan, and to {here} by the project";
        string choices = ChoicesOf(settings, declaration);
        return declared.Choices == choices ? null
            : $"it chooses '{declared.Choices}' for {item}, and the project '{choices}'";
    }

    /// <summary>
    /// Refuses a bundle that the project makes itself where signatures are asked for: nobody has signed it, and in a plan others could have
    /// put another in its place.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlanNotShared"/>.</exception>
    public static void RefuseUnsigned(PublishSettings settings, Declaration declaration)
    {
        if (declaration.Item.IsProduced && (settings.Policy.Length > 0 || !settings.Trust.IsEmpty))
            throw RunPlanSupport.No(declaration.Source, "the project makes it, and asks for signatures, which it cannot have yet");
    }

    private static string PlaceOf(RelocationDestination destination) => destination is RelocationDestination.Archive archive
        ? $"{RunPlanSupport.WordOf(archive.Format)} archive {archive.Path}" : destination.ToString()!;

    // What the plan's content does not show by itself.
    private static string ChoicesOf(PublishSettings settings, Declaration declaration) => string.Join("; ", new[]
    {
        $"artifacts {declaration.Artifacts.ToString().ToLowerInvariant()}",
        settings.IncludeNonDistributableLayers ? "non-distributable layers" : "",
        declaration.Selection.ToString(),
    }.Where(choice => choice.Length > 0));
}
