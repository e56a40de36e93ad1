using Airgap.Oci;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Archives.Deltas;

/// <summary>Says that an archive is not whole, where it is looked at and not imported.</summary>
internal static class DeltaWarning
{
    /// <summary>The warning; null for a full archive.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="delta">What it leaves to others; null for nothing.</param>
    public static Diagnostic? Of(string path, DeltaNotes? delta)
    {
        const int most = 10;
        if (delta is null)
            return null;
        string[] images = [.. delta.Required.Select(layer => layer.Image.ToString()).Distinct(StringComparer.Ordinal)];
        string of = images.Length == 0
            ? "" : $" of {string.Join(", ", images.Take(most))}{(images.Length > most ? $" and {images.Length - most} more" : "")}";
        string layers = delta.Required.Length switch { 0 => "no layer", 1 => "a layer", var count => $"{count} layers" };
        return new Diagnostic(
            ErrorCode.ArchiveIsDelta,
            $"'{path}' is a delta: it lacks {layers} ({ByteSize.Format(delta.RequiredBytes)}){of}, which it leaves to " +
            $"{string.Join(", ", delta.Bases)}.",
            $"Import it where that was imported, or {AdviceTerms.MergeArchives}.")
        { Location = new SourceLocation(path) };
    }
}
