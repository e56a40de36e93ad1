using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Archives.Receipts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Writes the receipt of finished relocations.</summary>
internal static class ReceiptFile
{
    /// <summary>Checks that the receipt can be written, before anything moves.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ReceiptNotOurs"/>: a file that is not a receipt is there; or as
    /// <see cref="OutputCheck.OfFile"/>.</exception>
    public static void Check(string path, bool makesFolder = false)
    {
        OutputCheck.OfFile(path, makesFolder);
        OutputCheck.RequireOwn(
            path, beginning => Receipt.IsOne(beginning), ErrorCode.ReceiptNotOurs, "a receipt", "Name another file, or remove this one.");
    }

    /// <summary>Writes it, in one step.</summary>
    /// <param name="path">The file.</param>
    /// <param name="results">The relocations to repositories; only content that arrived counts.</param>
    /// <param name="tool">The version of the tool.</param>
    /// <param name="isShort">True to omit the digests.</param>
    /// <param name="cancellationToken">Cancels it; the file is then unchanged.</param>
    /// <param name="incomplete">The number of items that did not arrive completely.</param>
    public static async Task WriteAsync(
        string path, IEnumerable<TransferResult> results, string tool, bool isShort, CancellationToken cancellationToken,
        int incomplete = 0)
    {
        Check(path, makesFolder: true);
        List<ReceiptRepository> places = [];
        foreach (TransferResult result in results)
            places.Add(await PlaceOfAsync(result, isShort, cancellationToken));
        Receipt receipt = new(DateTimeOffset.UtcNow, tool, [.. places]) { Incomplete = incomplete };
        await AtomicFile.WriteAsync(path, ReceiptJson.Write(receipt, SchemaLinks.Of("receipt")), mode: null, cancellationToken);
    }

    private static ImmutableSortedDictionary<string, Digest> TagsOf(IEnumerable<PlannedItem> roots)
    {
        SortedDictionary<string, Digest> tags = new(StringComparer.Ordinal);
        foreach (PlannedItem item in roots.Where(item => item.Tag is not null))
            tags[item.Tag!] = item.Digest;
        return tags.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    private static async Task<ReceiptRepository> PlaceOfAsync(TransferResult result, bool isShort, CancellationToken cancellationToken)
    {
        if (result.Destination is not RelocationDestination.Repository { Name: var repository })
            throw new InvalidOperationException("Only content of a registry can have a receipt.");
        ImmutableArray<Digest> sets = [];
        if (result.Plan is { Source: RelocationSource.Archive archive, IsChosen: false } && result.IsComplete)
            sets = [(await ArchiveIdentity.OfAsync(await AnyArchive.OpenAsync(archive, cancellationToken), cancellationToken)).Set];

        // This run sent each of these and the registry accepted it, or the registry reported it as present.
        ImmutableArray<Digest> digests =
        [
            .. result.Items.SelectMany(item => item.Item.Content.SelfAndDescendants()).Select(node => node.Manifest.Digest)
                .Concat(result.Blobs.Select(blob => blob.Descriptor.Digest))
                .Distinct()
                .Order(),
        ];
        PlannedItem[] roots = result.Root is { } root
            ? [root.Item] : [.. AttachedItems.Without([.. result.Items.Select(item => item.Item)])];
        return new ReceiptRepository(
            repository, sets, [.. roots.Select(item => item.Source).Distinct()], digests.Length, ReceiptRepository.HashOf(digests),
            isShort ? null : digests)
        {
            // Without a part of the content, no tag is set.
            Tags = isShort || !result.IsComplete ? null : TagsOf(roots),
        };
    }
}
