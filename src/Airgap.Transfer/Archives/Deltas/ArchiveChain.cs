using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Archives.Deltas;

/// <summary>A delta with its bases, as one archive: it has the delta's list, and supplies every layer.</summary>
/// <param name="top">The delta.</param>
/// <param name="below">Its bases, in any order.</param>
internal sealed class ArchiveChain(IArchive top, IReadOnlyList<IArchive> below) : IArchive
{
    public string Path => top.Path;

    public bool InfersRoot => top.InfersRoot;

    public DeltaLayers Required => top.Required;

    /// <summary>The layers that none of them contains; null if together they are complete.</summary>
    public DeltaNotes? Left =>
        Required.Notes is { } notes
            && notes with { Required = [.. notes.Required.Where(IsNowhere)] } is { Required.IsEmpty: false } left ? left : null;

    public Diagnostic? Foreign => top.Foreign;

    public IBlobContent GetBlob(Descriptor descriptor)
    {
        IBlobContent content = top.GetBlob(descriptor);
        return content is RequiredLayerContent
            ? below.Select(archive => archive.GetBlob(descriptor)).OfType<ArchiveBlobContent>().FirstOrDefault() ?? content : content;
    }

    public (ArchiveFile File, long Offset)? PlaceOf(Descriptor descriptor) => top.PlaceOf(descriptor);

    public IAsyncEnumerable<ArchivedItem> ReadItemsAsync(
        bool includeNonDistributable, ImageFailures? failures, CancellationToken cancellationToken) =>
        top.ReadItemsAsync(includeNonDistributable, failures, cancellationToken);

    public Task<ArchiveNotes?> ReadNotesAsync(CancellationToken cancellationToken) => top.ReadNotesAsync(cancellationToken);

    public Task<Digest> ReadListDigestAsync(CancellationToken cancellationToken) => top.ReadListDigestAsync(cancellationToken);

    public AirgapException Invalid(string why) => top.Invalid(why);

    private bool IsNowhere(RequiredLayer layer) => GetBlob(new Descriptor("", layer.Digest, layer.Size)) is not ArchiveBlobContent;
}
