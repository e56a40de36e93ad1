using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Output;

/// <summary>The content that a delta archive requires from its bases.</summary>
/// <param name="Required">The layers that it does not contain.</param>
/// <param name="Bases">The bases that contain them.</param>
internal sealed record ReportDelta(BlobCount Required, IReadOnlyList<ReportBase> Bases)
{
    /// <summary>The report of a delta.</summary>
    public static ReportDelta Of(DeltaNotes delta) => new(
        new BlobCount(delta.Required.Length, delta.RequiredBytes),
        [.. delta.Bases.Select((known, number) =>
            new ReportBase(known.Kind, known.Name, known.Set?.ToString(), known.Roots,
                delta.Required.Count(layer => layer.Base == number)))]);
}

/// <summary>A base of a delta.</summary>
/// <param name="Kind">Archive, lock, relocation, receipt or repository.</param>
/// <param name="Name">The file name, or the repository.</param>
/// <param name="Set">The set of an archive.</param>
/// <param name="Roots">The bundles or images it was made from, by digest.</param>
/// <param name="Layers">The number of layers that it supplies.</param>
internal sealed record ReportBase(string Kind, string Name, string? Set, IReadOnlyList<string> Roots, int Layers);
