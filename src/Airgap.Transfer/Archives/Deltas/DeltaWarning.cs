using Airgap.Oci;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Archives.Deltas;

/// <summary>Warns that an archive is incomplete when it is inspected without being imported.</summary>
internal static class DeltaWarning
{
    /// <summary>The warning; null for a full archive.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="delta">Its requirements; null for none.</param>
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
            $"'{path}' is a delta: it lacks {layers} ({ByteSize.Format(delta.RequiredBytes)}){of}, which it requires from " +
            $"{string.Join(", ", delta.Bases)}.",
            $"Import it where its base was imported, or {AdviceTerms.MergeArchives}.")
        { Location = new SourceLocation(path) };
    }
}
