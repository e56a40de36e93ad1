using System.Collections.Immutable;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives.Receipts;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Keeping;

/// <summary>Reads the content that an import's receipt keeps: its roots, with everything they reference.</summary>
internal static class KeptReceipt
{
    /// <summary>Reads a receipt; null for another file.</summary>
    /// <exception cref="Oci.AirgapException"><see cref="Oci.ErrorCode.InvalidReceipt"/>, or a 3xxx code of the file.</exception>
    public static IReadOnlyList<KeptRoot>? TryRead(string path, RepositoryName repository)
    {
        if (!Receipt.IsOne(WholeFile.ReadBeginning(path, 512).Span))
            return null;
        ImmutableArray<ReceiptRepository> places = ReceiptJson.Read(path).Places;
        return [.. places.Where(place => place.Repository == repository).SelectMany(place => place.Roots)
            .Select(root => new KeptRoot(root.Digest!.Value, path) { Origin = root.Repository })];
    }
}
