using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>Warnings of what a project asks for and a publish cannot do.</summary>
/// <param name="warnings">Receives them.</param>
internal sealed class PublishNotices(PublishWarnings warnings)
{
    /// <summary>Warns that items stay where they are because the project names no destination.</summary>
    public void WarnOfNoDestination(IReadOnlyList<PublishItem> items)
    {
        if (items is not [var first, ..])
            return;
        string others = items.Count == 1 ? "" : $" and {items.Count - 1} more";
        warnings.Add(
            new Diagnostic(
                ErrorCode.NoDestination,
                $"{first.ItemName} '{first.Include}'{others} stays where it is: the project names no destination.",
                $"Set {PropertyNames.Registry} to HOST/PATH, or {PropertyNames.Archive} to a file to carry over; " +
                $"{PropertyNames.OnPublish}=false keeps this quiet."),
            first.Location);
    }

    /// <summary>Warns of a repair that is asked of an archive.</summary>
    public void WarnOfRepair(IEnumerable<Declaration> declarations, PublishSettings settings)
    {
        foreach (Declaration declaration in declarations.Where(
            declaration => settings.Repair && declaration.Destination is RelocationDestination.Archive))
        {
            warnings.Add(
                new Diagnostic(
                    ErrorCode.NothingToRepair,
                    $"{declaration.Item.Include} goes to an archive, and only a registry's repository is repaired. An archive that " +
                    "stands is verified in every run and written again where it is damaged.",
                    "Ask for a repair only when the destination is a registry."),
                declaration.Item.Location);
        }
    }

    /// <summary>Warns of metadata with unknown names.</summary>
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
