using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Output;

/// <summary>What a delta archive leaves to others.</summary>
/// <param name="Required">The layers that it does not hold.</param>
/// <param name="Bases">What holds them.</param>
internal sealed record ReportDelta(BlobCount Required, IReadOnlyList<ReportBase> Bases)
{
    /// <summary>That of a delta.</summary>
    public static ReportDelta Of(DeltaNotes delta) => new(
        new BlobCount(delta.Required.Length, delta.RequiredBytes),
        [.. delta.Bases.Select((known, number) =>
            new ReportBase(known.Kind, known.Name, known.Set?.ToString(), known.Roots,
                delta.Required.Count(layer => layer.Base == number)))]);
}

/// <summary>Something that a delta builds on.</summary>
/// <param name="Kind">Archive, lock, relocation, receipt or repository.</param>
/// <param name="Name">Its file's name, or the repository.</param>
/// <param name="Set">The set of an archive.</param>
/// <param name="Roots">What it was made of, by digest.</param>
/// <param name="Layers">How many layers are left to it.</param>
internal sealed record ReportBase(string Kind, string Name, string? Set, IReadOnlyList<string> Roots, int Layers);
