using Airgap.Oci;

namespace Airgap.Transfer.Deriving;

/// <summary>A platform, such as <c>linux/arm64/v8</c>. Without a variant, it includes all variants.</summary>
internal sealed record PlatformChoice(string Os, string Architecture, string Variant)
{
    /// <summary>Reads platforms separated by <c>;</c> or <c>,</c>.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidSelection"/>.</exception>
    public static IEnumerable<PlatformChoice> ParseAll(string text) =>
        text.Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Parse);

    /// <summary>Reads a platform.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidSelection"/>.</exception>
    public static PlatformChoice Parse(string text)
    {
        string[] parts = text.Trim().Split('/');
        return parts.Length is 2 or 3
            && Array.TrueForAll(parts,
                part => part.Length is > 0 and <= 50
                && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-'))
            ? new PlatformChoice(parts[0], parts[1], parts.Length == 3 ? parts[2] : "")
            : throw new AirgapException(
                ErrorCode.InvalidSelection, $"'{(text.Length > 100 ? text[..100] + "…" : text)}' is not a platform.",
                "Write OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, such as linux/amd64 or linux/arm64/v8.");
    }

    /// <summary>True for an image of this platform.</summary>
    /// <param name="platform">The image's, as <c>os/architecture[/variant]</c>.</param>
    public bool Takes(string platform)
    {
        string[] parts = platform.Split('/');
        if (parts.Length < 2 || parts[0] != Os || parts[1] != Architecture)
            return false;
        return Variant.Length == 0 || Common(Variant) == Common(parts.Length > 2 ? parts[2] : "");
    }

    /// <inheritdoc/>
    public override string ToString() => Variant.Length == 0 ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    // containerd's default if none is given.
    private string Common(string variant) => (Architecture, variant) switch
    {
        ("arm64", "") => "v8",
        ("arm", "") => "v7",
        ("amd64", "") => "v1",
        _ => variant,
    };
}
