using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Transfer.Deriving;

/// <summary>What a recorded selection says of platforms (<see cref="BundleSelection.ToString"/>).</summary>
internal sealed record DerivedPlatforms
{
    private const string Platforms = "platforms ";

    private string Text { get; init; } = "";

    private ImmutableArray<PlatformChoice> Choices { get; init; } = [];

    private bool IsSparse { get; init; }

    /// <summary>True if indexes and nested bundles were rewritten.</summary>
    public bool Rewrites => !Choices.IsEmpty && !IsSparse;

    /// <summary>True if the only image that is left of an index replaced it.</summary>
    public bool Flattens { get; private init; }

    /// <summary>Reads a selection; null if it names a platform that is none.</summary>
    public static DerivedPlatforms? Read(string selection)
    {
        string[] parts = selection.Split(" | ");
        string text = parts.FirstOrDefault(part => part.StartsWith(Platforms, StringComparison.Ordinal))?[Platforms.Length..] ?? "";
        try
        {
            return new DerivedPlatforms
            {
                Text = text,
                Choices = [.. PlatformChoice.ParseAll(text)],
                IsSparse = parts.Contains("platform-mode sparse"),
                Flattens = parts.Contains("flatten"),
            };
        }
        catch (AirgapException)
        {
            return null;
        }
    }

    /// <summary>True for one of the platforms.</summary>
    public bool Takes(string platform) => Choices.Any(choice => choice.Takes(platform));

    /// <summary>True if both have the same platforms.</summary>
    public bool HasPlatformsOf(DerivedPlatforms other) => Text == other.Text;
}
