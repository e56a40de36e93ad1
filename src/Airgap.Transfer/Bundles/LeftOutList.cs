using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Transfer.Bundles;

/// <summary>
/// How locations images and archives note the manifests that an index lists and that were left behind by choice: their digests in order,
/// with spaces between them.
/// </summary>
internal static class LeftOutList
{
    /// <summary>The label of an archive's element, and the annotation of a layout's entry.</summary>
    public const string Name = "dev.airgap.left-out";

    /// <summary>The text.</summary>
    public static string Text(IEnumerable<Digest> leftOut) =>
        string.Join(' ', leftOut.Select(digest => digest.ToString()).Order(StringComparer.Ordinal));

    /// <summary>Reads a text. A text that is not a list of digests is ignored: missing content then counts as missing.</summary>
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
