using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Describing;

/// <summary>The failure of reading the bundle of an archive with no bundle, or with several.</summary>
internal static class RootlessArchive
{
    private const int MostNamed = 5;

    /// <summary>The failure.</summary>
    /// <param name="source">The archive, perhaps with a selected item.</param>
    /// <param name="plan">Its plan, which has no root bundle.</param>
    /// <param name="what">What was to be done with the bundle, such as <c>described</c>.</param>
    public static AirgapException Of(RelocationSource.Archive source, TransferPlan plan, string what)
    {
        SourceLocation location = new(source.Path);
        if (source.Item is { } item)
        {
            return new AirgapException(
                ErrorCode.NotABundle, $"Only bundles can be {what}, but '{item}' of the archive '{source.Path}' is an image.",
                "Name a bundle of the archive.")
            { Reference = item, Location = location };
        }

        PlannedItem[] bundles = [.. plan.Items.Where(each => each.IsBundle)];
        PlannedItem[] asked = [.. bundles.Where(each => each.IsRootBundle)];
        PlannedItem[] named = asked.Length > 0 ? asked : bundles;
        return named.Length == 0
            ? new AirgapException(
                ErrorCode.ArchiveRootUnknown, $"Only bundles can be {what}, but the archive '{source.Path}' contains none.",
                "Name an archive of a bundle.")
            { Location = location }
            : new AirgapException(
                ErrorCode.ArchiveRootUnknown,
                $"The archive '{source.Path}' does not say which of its {bundles.Length} bundles is to be {what}.",
                $"To choose, {AdviceTerms.NameInArchive}: {string.Join(", ", named.Take(MostNamed).Select(each => each.Source))}" +
                $"{(named.Length > MostNamed ? $" and {named.Length - MostNamed} more" : "")}.")
            { Location = location };
    }
}
