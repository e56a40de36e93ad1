namespace Airgap.Transfer.Plans;

/// <summary>Which of the things that are attached to images go along with them.</summary>
internal enum ArtifactChoice
{
    /// <summary>None: images alone.</summary>
    None,

    /// <summary>Signatures, of cosign's tags and of OCI referrers.</summary>
    Signatures,

    /// <summary>All that is attached, to what is attached, too.</summary>
    All,
}

/// <summary>The words for an <see cref="ArtifactChoice"/>.</summary>
internal static class ArtifactChoices
{
    /// <summary>The words, the most first.</summary>
    public static string[] Words { get; } = ["all", "signatures", "none"];

    /// <summary>Reads a word, in any case.</summary>
    public static bool TryParse(string word, out ArtifactChoice choice)
    {
        int index = Array.FindIndex(Words, known => known.Equals(word, StringComparison.OrdinalIgnoreCase));
        choice = index switch { 0 => ArtifactChoice.All, 1 => ArtifactChoice.Signatures, _ => ArtifactChoice.None };
        return index >= 0;
    }
}
