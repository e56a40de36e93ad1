namespace Airgap.Transfer.Plans;

/// <summary>Which artifacts attached to images are copied with them.</summary>
internal enum ArtifactChoice
{
    /// <summary>None: only images.</summary>
    None,

    /// <summary>Signatures, of cosign's tags and of OCI referrers.</summary>
    Signatures,

    /// <summary>Everything attached, including artifacts attached to artifacts.</summary>
    All,
}

/// <summary>The words for an <see cref="ArtifactChoice"/>.</summary>
internal static class ArtifactChoices
{
    /// <summary>The words, from all artifacts to none.</summary>
    public static string[] Words { get; } = ["all", "signatures", "none"];

    /// <summary>Reads a word, in any case.</summary>
    public static bool TryParse(string word, out ArtifactChoice choice)
    {
        int index = Array.FindIndex(Words, known => known.Equals(word, StringComparison.OrdinalIgnoreCase));
        choice = index switch { 0 => ArtifactChoice.All, 1 => ArtifactChoice.Signatures, _ => ArtifactChoice.None };
        return index >= 0;
    }
}
