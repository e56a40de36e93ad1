using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Transfer.Bundles;

/// <summary>
/// The list of the manifests of an index that were omitted by choice, as locations images and archives record it: their digests in ordinal
/// order, separated by spaces.
/// </summary>
internal static class LeftOutList
{
    /// <summary>The label of an archive's element, and the annotation of a layout's entry.</summary>
    public const string Name = "dev.airgap.left-out";

    /// <summary>Writes a list.</summary>
    public static string Text(IEnumerable<Digest> leftOut) =>
        string.Join(' ', leftOut.Select(digest => digest.ToString()).Order(StringComparer.Ordinal));

    /// <summary>
    /// Reads a list. A text that is not a list of digests counts as an empty list, so that missing content counts as missing.
    /// </summary>
    public static ImmutableArray<Digest> Read(string? text)
    {
        ImmutableArray<Digest>.Builder digests = ImmutableArray.CreateBuilder<Digest>();
        foreach (string word in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Digest.TryParse(word, out Digest digest))
                return [];
            digests.Add(digest);
        }

        return digests.DrainToImmutable();
    }
}
