using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Gating;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>Warnings about requests of a project that a publish cannot fulfil.</summary>
/// <param name="warnings">Receives them.</param>
internal sealed class PublishNotices(PublishWarnings warnings)
{
    /// <summary>Warns that items are not relocated because the project names no destination.</summary>
    public void WarnOfNoDestination(IReadOnlyList<PublishItem> items)
    {
        if (items is not [var first, ..])
            return;
        string others = items.Count == 1 ? "" : $" and {items.Count - 1} more";
        warnings.Add(
            new Diagnostic(
                ErrorCode.NoDestination,
                $"{first.ItemName} '{first.Include}'{others} {(items.Count == 1 ? "was" : "were")} not relocated: " +
                "the project names no destination.",
                $"Set {PropertyNames.Registry} to HOST/PATH, or {PropertyNames.Archive} to an archive file; " +
                $"{PropertyNames.OnPublish}=false suppresses this warning."),
            first.Location);
    }

    /// <summary>Warns about a gate, which a dry run does not ask.</summary>
    public void WarnOfGateInDryRun(IReadOnlyList<PublishItem> items, PublishSettings settings)
    {
        if (settings.GateCommand.Length > 0 && Publisher.HasDestination(items, settings))
            warnings.Add(Gate.NotInDryRun, null);
    }

    /// <summary>Warns about a repair that is requested for an archive.</summary>
    public void WarnOfRepair(IEnumerable<Declaration> declarations, PublishSettings settings)
    {
        foreach (Declaration declaration in declarations.Where(
            declaration => settings.Repair && declaration.Destination is RelocationDestination.Archive))
        {
            warnings.Add(
                new Diagnostic(
                    ErrorCode.NothingToRepair,
                    $"{declaration.Item.Include} is written to an archive, but only a repository in a registry can be repaired. An " +
                    "existing archive " +
                    "is verified in every run, and written again if it is damaged.",
                    "Request a repair only when the destination is a registry."),
                declaration.Item.Location);
        }
    }

    /// <summary>Warns about properties that save requests, if they save none here.</summary>
    public void WarnOfNothingSaved(IReadOnlyCollection<Declaration> declarations, PublishSettings settings)
    {
        if (settings.AskInBulk && (settings.Repair || !declarations.Any(declaration => declaration.Archive is null)))
            Warn(PropertyNames.AskInBulk, settings.Repair ? "a repair reads everything" : "no destination is a registry");
        if (!settings.EarlierPlan.IsEmpty
            && (settings.Repair || declarations.All(declaration => declaration.Source is RelocationSource.Archive)))
            Warn(PropertyNames.EarlierPlan, settings.Repair ? "a repair reads everything" : "every source is an archive");

        void Warn(string name, string why) => warnings.Add(
            new Diagnostic(ErrorCode.NothingSaved, $"{name} saves no requests here: {why}.", "Omit it here."),
            declarations.FirstOrDefault()?.Item.Location);
    }

    /// <summary>Warns about properties of the command line that have no effect.</summary>
    public void WarnOfIdle(IReadOnlyCollection<Declaration> declarations, PublishSettings settings)
    {
        foreach (Diagnostic idle in IdleProperties.Find(declarations, settings))
            warnings.Add(idle, location: null);
    }

    /// <summary>Warns about metadata with unknown names.</summary>
    public void WarnOfTypos(IReadOnlyList<PublishItem> items)
    {
        foreach (PublishItem item in items)
        {
            foreach (string name in item.Metadata.Keys.Where(IsUnknown).Order(StringComparer.Ordinal))
            {
                warnings.Add(
                    item.Problem(ErrorCode.UnknownName, $"The metadata {name} of the item {item.ItemName} '{item.Include}' is unknown.",
                        NearestName.Advice(name, MetadataNames.All)),
                    item.Location);
            }
        }
    }

    private static bool IsUnknown(string name) =>
        !MetadataNames.All.Contains(name, StringComparer.OrdinalIgnoreCase)
            && !MetadataNames.Foreign.Contains(name, StringComparer.OrdinalIgnoreCase);
}
