using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Artifacts;

/// <summary>
/// What a derived bundle was made of, and what was left out of it: part of <c>plan.json</c>, <c>relocation.json</c> and the tool's report.
/// </summary>
internal sealed record DerivedReport
{
    private const int Listed = 1000;

    /// <summary>The bundle that it was derived of, by digest.</summary>
    public required string From { get; init; }

    /// <summary>The selection in one line.</summary>
    public required string Selection { get; init; }

    /// <summary>The digest of the derived bundle; that of the original where nothing is left out.</summary>
    public required string Digest { get; init; }

    /// <summary>Versions of packages that go along, as <c>NAME VERSION</c>.</summary>
    public required ImmutableArray<string> Packages { get; init; }

    /// <summary>How many versions of packages are left out.</summary>
    public required int PackagesLeftOut { get; init; }

    /// <summary>Images of the bundle's lock that go along.</summary>
    public required int Images { get; init; }

    /// <summary>How many images of the lock are left out.</summary>
    public required int ImagesLeftOut { get; init; }

    /// <summary>The images of the lock that are left out, 1,000 at most.</summary>
    public required ImmutableArray<string> LeftOut { get; init; }

    /// <summary>Images of other platforms that are left out of indexes.</summary>
    public required int PlatformsLeftOut { get; init; }

    /// <summary>Images that go along though no chosen package names them, each with the reason.</summary>
    public required ImmutableArray<KeptReport> Kept { get; init; }

    /// <summary>
    /// Bytes of configs and layers that the choice saves; null where that is not known, as nobody was asked for what is left out.
    /// </summary>
    public long? SavedBytes { get; init; }

    /// <summary>Makes the report.</summary>
    /// <param name="derivation">What was derived.</param>
    /// <param name="savedBytes">What that saves, where it is known.</param>
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
        Kept = [.. derivation.Unproven.Select(kept => new KeptReport(kept.Image, kept.Reason))],
        SavedBytes = savedBytes,
    };

    /// <summary>What is left out, and what that saves, for people.</summary>
    [JsonIgnore]
    public string LeftOutText
    {
        get
        {
            string left = string.Join(", ", Counts);
            return left.Length == 0 ? "Nothing is left out."
                : SavedBytes is { } saved ? $"Left out: {left} ({ByteSize.Format(saved)} saved)."
                : $"Left out: {left}. How large they are is not known: no registry was asked for them.";
        }
    }

    private IEnumerable<string> Counts =>
        new[] { Count(PackagesLeftOut, "version", "of packages"), Count(ImagesLeftOut, "image", ""),
            Count(PlatformsLeftOut, "image", "of other platforms") }.OfType<string>();

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        string[] left = [.. Counts];
        string what = left.Length == 0 ? "nothing is left out"
            : $"left out: {string.Join(", ", left)}{(SavedBytes is { } saved ? $" ({ByteSize.Format(saved)} saved)" : "")}";
        return $"{Digest} derived from {From} by {Selection}: {what}";
    }

    private static string? Count(int count, string what, string of) =>
        count == 0 ? null : $"{count} {what}{(count == 1 ? "" : "s")}{(of.Length == 0 ? "" : " " + of)}";
}

/// <summary>An image that goes along though no chosen package names it.</summary>
/// <param name="Image">The image.</param>
/// <param name="Reason">Why nothing shows that it is not needed.</param>
internal sealed record KeptReport(string Image, string Reason);
