using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// What a layout of a delta requires from its bases. Only an unpacked delta is such a folder; images that are added to it change its list,
/// but the layers that it requires stay elsewhere.
/// </summary>
internal sealed class LayoutDelta
{
    private readonly List<ArchivedItem> _items = [];

    private LayoutDelta(DeltaNotes notes) => Notes = notes;

    /// <summary>What the folder requires before.</summary>
    public DeltaNotes Notes { get; }

    /// <summary>Reads a folder.</summary>
    /// <returns>Null for a folder that requires nothing.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidLayout"/>, or a 3xxx code of the folder.</exception>
    public static async Task<LayoutDelta?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        LayoutReader layout = await LayoutReader.OpenAsync(path, cancellationToken);
        // Another tool may have changed the list, or a killed run only the notes.
        layout.TakesNotesOfAnyList = true;
        if ((await layout.ReadNotesAsync(cancellationToken))?.Delta is not { } notes)
            return null;
        LayoutDelta delta = new(notes);
        // A damaged image may be about to be written again.
        ImageFailures damaged = new(keepGoing: true);
        await foreach (ArchivedItem item in layout.ReadItemsAsync(includeNonDistributable: false, damaged, cancellationToken))
            delta._items.Add(item);
        return delta;
    }

    /// <summary>What the folder requires after images were added.</summary>
    /// <param name="files">The folder.</param>
    /// <param name="listed">Its entries now.</param>
    /// <returns>Null if it contains everything; <see cref="Notes"/> if nothing has changed.</returns>
    public DeltaNotes? After(LayoutFiles files, ImmutableArray<LayoutEntry> listed)
    {
        HashSet<Digest> roots = [.. listed.Select(entry => entry.Descriptor.Digest)];
        ILookup<Digest, ImageReference> images = _items.Where(item => roots.Contains(item.Content.Manifest.Digest))
            .SelectMany(item => item.Content.SelfAndDescendants())
            .SelectMany(node => node.Manifest.Layers.Select(
                layer => (Layer: layer.Digest, Image: ImageReference.ByDigest(node.Origin, node.Manifest.Digest))))
            .ToLookup(pair => pair.Layer, pair => pair.Image);
        ImmutableArray<RequiredLayer> left =
        [
            .. Notes.Required.Where(layer => files.Find(LayoutNames.NameOf(layer.Digest)) is null && images.Contains(layer.Digest))
                .Select(layer => images[layer.Digest].Any(image => image.Digest == layer.Image.Digest)
                    ? layer : layer with { Image = images[layer.Digest].First() }),
        ];
        return left.IsEmpty ? null : left.SequenceEqual(Notes.Required) ? Notes : Notes with { Required = left };
    }
}
