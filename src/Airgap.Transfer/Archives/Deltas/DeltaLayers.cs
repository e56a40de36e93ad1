using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Archives.Deltas;

/// <summary>The layers that a delta archive requires, by digest; empty for a full archive.</summary>
internal sealed class DeltaLayers
{
    private readonly Dictionary<Digest, RequiredLayer> _layers;

    private DeltaLayers(DeltaNotes? notes)
    {
        Notes = notes;
        _layers = notes?.Required.ToDictionary(layer => layer.Digest) ?? [];
    }

    /// <summary>The empty set, for a full archive.</summary>
    public static DeltaLayers None { get; } = new(null);

    /// <summary>The delta's description of itself; null for a full archive.</summary>
    public DeltaNotes? Notes { get; }

    /// <summary>The layers that notes list.</summary>
    public static DeltaLayers Of(ArchiveNotes? notes) => notes?.Delta is { } delta ? new DeltaLayers(delta) : None;

    /// <summary>Reads the notes of an archive. If everything else is right, invalid notes fail when they are used.</summary>
    /// <param name="reading">The notes, while they are read.</param>
    /// <returns>The required layers, and the problem with the notes; with a problem, the required layers are unknown.</returns>
    public static async Task<(DeltaLayers Layers, AirgapException? Problem)> LearnAsync(Task<ArchiveNotes?> reading)
    {
        try
        {
            return (Of(await reading), null);
        }
        catch (AirgapException e) when (e.Code is ErrorCode.InvalidArchive or ErrorCode.InvalidLayout)
        {
            return (None, e);
        }
    }

    /// <summary>True for a required layer.</summary>
    public bool Contains(Digest digest) => _layers.ContainsKey(digest);

    /// <summary>
    /// The content of a required layer, which the archive does not contain; null for a layer that is not required.
    /// </summary>
    public IBlobContent? Find(string path, Descriptor descriptor) => _layers.TryGetValue(descriptor.Digest, out RequiredLayer? layer)
        ? new RequiredLayerContent(path, descriptor, layer, Notes!.BaseOf(layer))
        : null;

    /// <summary>
    /// Compares the list with the images: a modified list names layers that no image has, or that the archive contains.
    /// </summary>
    /// <param name="archive">The archive.</param>
    /// <param name="items">Everything it lists.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArchive"/> or <see cref="ErrorCode.InvalidLayout"/>.</exception>
    public void Check(IArchive archive, IEnumerable<ArchivedItem> items)
    {
        if (Notes is null)
            return;
        Dictionary<(Digest Image, Digest Layer), long> sizes = [];
        foreach (PlannedManifest node in items.SelectMany(item => item.Content.SelfAndDescendants()).Where(node => !node.Manifest.IsIndex))
        {
            foreach (Descriptor layer in node.Manifest.Layers)
                sizes.TryAdd((node.Manifest.Digest, layer.Digest), layer.Size);
        }

        foreach (RequiredLayer layer in Notes.Required)
        {
            if (!sizes.TryGetValue((layer.Image.Digest!.Value, layer.Digest), out long size) || size != layer.Size)
                throw archive.Invalid(
                    $"its {ArchiveNotes.EntryName} requires {layer.Digest} with {layer.Size} bytes for {layer.Image}, which has no " +
                    "such layer");
            if (archive.PlaceOf(new Descriptor("", layer.Digest, layer.Size)) is not null)
                throw archive.Invalid($"its {ArchiveNotes.EntryName} requires {layer.Digest}, which it contains");
        }
    }
}
