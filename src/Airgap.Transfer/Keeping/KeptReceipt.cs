using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives.Receipts;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Keeping;

/// <summary>Reads the content that an import's receipt keeps: its roots, with everything they reference.</summary>
internal static class KeptReceipt
{
    /// <summary>Reads a receipt; null for another file.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidReceipt"/>, <see cref="ErrorCode.IncompleteReceipt"/>, or a 3xxx
    /// code of the file.</exception>
    public static IReadOnlyList<KeptRoot>? TryRead(string path, RepositoryName repository)
    {
        if (!Receipt.IsOne(WholeFile.ReadBeginning(path, 512).Span))
            return null;
        Receipt receipt = ReceiptJson.Read(path);
        if (receipt.Incomplete > 0)
            throw new AirgapException(
                ErrorCode.IncompleteReceipt,
                $"'{path}' is the receipt of a publish in which {(receipt.Incomplete == 1 ? "an item" : $"{receipt.Incomplete} items")} " +
                "failed, so it does not list all that the project keeps there.",
                "Publish again until every item is complete, or name the project itself.")
            { Location = new SourceLocation(path), Reference = repository.ToString() };
        return [.. receipt.Places.Where(place => place.Repository == repository).SelectMany(place => RootsOf(place, path))];
    }

    private static IEnumerable<KeptRoot> RootsOf(ReceiptRepository place, string path)
    {
        foreach (ImageReference reference in place.Roots)
        {
            KeptRoot root = new(reference.Digest!.Value, path) { Origin = reference.Repository, HasUnknownTags = place.Tags is null };
            string[] tags = [.. (place.Tags ?? ImmutableSortedDictionary<string, Digest>.Empty)
                .Where(tag => tag.Value == root.Digest).Select(tag => tag.Key)];
            if (tags.Length == 0)
                yield return root;
            foreach (string tag in tags)
                yield return root with { Tag = tag };
        }
    }
}
