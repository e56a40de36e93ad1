using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Artifacts;

/// <summary>
/// The original of a derived bundle, and what was left out of it: part of <c>plan.json</c>, <c>relocation.json</c> and
/// the tool's report.
/// </summary>
internal sealed record DerivedReport
{
    private const int Listed = 1000;

    /// <summary>The original bundle, by digest.</summary>
    public required string From { get; init; }

    /// <summary>The selection in one line.</summary>
    public required string Selection { get; init; }

    /// <summary>The digest of the derived bundle; that of the original if nothing is left out.</summary>
    public required string Digest { get; init; }

    /// <summary>The included package versions, as <c>NAME VERSION</c>.</summary>
    public required ImmutableArray<string> Packages { get; init; }

    /// <summary>The number of package versions left out.</summary>
    public required int PackagesLeftOut { get; init; }

    /// <summary>The included images of the bundle's lock.</summary>
    public required int Images { get; init; }

    /// <summary>The number of the lock's images left out.</summary>
    public required int ImagesLeftOut { get; init; }

    /// <summary>The lock's images left out, at most 1,000.</summary>
    public required ImmutableArray<string> LeftOut { get; init; }

    /// <summary>The number of other platforms' images left out of indexes.</summary>
    public required int PlatformsLeftOut { get; init; }

    /// <summary>
    /// Indexes that keep their digest although images are left out of them, which not every registry accepts; null if
    /// indexes are rewritten.
    /// </summary>
    public int? SparseIndexes { get; init; }

    /// <summary>Included images that no selected package names, each with the reason.</summary>
    public required ImmutableArray<KeptReport> Kept { get; init; }

    /// <summary>
    /// Bytes of configs and layers that the selection saves; null if unknown, because no registry was asked about what
    /// is left out.
    /// </summary>
    public long? SavedBytes { get; init; }

    /// <summary>Makes the report.</summary>
    /// <param name="derivation">The derivation.</param>
    /// <param name="savedBytes">The saved bytes, if known.</param>
    public static DerivedReport Of(Derivation derivation, long? savedBytes = null) => new()
    {
        From = derivation.Original.ToString(),
        Selection = derivation.Selection,
        Digest = derivation.Digest.ToString(),
        Packages = derivation.Packages,
        PackagesLeftOut = derivation.LeftPackages.Length,
        Images = derivation.Images,
        ImagesLeftOut = derivation.LeftImages.Length,
        LeftOut = [.. derivation.LeftImages.Take(Listed)],
        PlatformsLeftOut = derivation.LeftPlatforms,
        SparseIndexes = derivation.Sparse.Count == 0 ? null : derivation.Sparse.Count,
        Kept = [.. derivation.Unproven.Select(kept => new KeptReport(kept.Image, kept.Reason))],
        SavedBytes = savedBytes,
    };

    /// <summary>A sentence on what is left out, and what that saves.</summary>
    [JsonIgnore]
    public string LeftOutText
    {
        get
        {
            string left = string.Join(", ", Counts);
            return left.Length == 0 ? "Nothing is left out."
                : (SavedBytes is { } saved ? $"Left out: {left} ({ByteSize.Format(saved)} saved)."
                : $"Left out: {left}. Their size is unknown: no registry was asked about them.")
                + (SparseText is { } sparse ? $" {sparse}." : "");
        }
    }

    /// <summary>
    /// The images whose signatures count, since a new manifest cannot be signed yet. Null if the original itself is
    /// moved.
    /// </summary>
    [JsonIgnore]
    public string? SignaturesText => From.EndsWith(Digest, StringComparison.Ordinal) ? null
        : "Signatures are verified on the original if a policy requires them; the derived bundle has another digest, so " +
        "they do not apply to it. It can be signed itself.";

    private string? SparseText => SparseIndexes is not { } sparse ? null
        : $"{sparse} {(sparse == 1 ? "index keeps its" : "indexes keep their")} digest, which not every registry accepts";

    private IEnumerable<string> Counts =>
        new[] { Count(PackagesLeftOut, "version", "of packages"), Count(ImagesLeftOut, "image", ""),
            Count(PlatformsLeftOut, "image", "of other platforms") }.OfType<string>();

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        string[] left = [.. Counts];
        string what = left.Length == 0 ? "nothing is left out"
            : $"left out: {string.Join(", ", left)}{(SavedBytes is { } saved ? $" ({ByteSize.Format(saved)} saved)" : "")}";
        return $"{Digest} derived from {From} by {Selection}: {what}{(SparseText is { } sparse ? $"; {sparse}" : "")}";
    }

    private static string? Count(int count, string what, string of) =>
        count == 0 ? null : $"{count} {what}{(count == 1 ? "" : "s")}{(of.Length == 0 ? "" : " " + of)}";
}

/// <summary>An included image that no selected package names.</summary>
/// <param name="Image">The image.</param>
/// <param name="Reason">Why it may be needed.</param>
internal sealed record KeptReport(string Image, string Reason);
