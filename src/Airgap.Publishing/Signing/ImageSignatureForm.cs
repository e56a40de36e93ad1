namespace Airgap.Publishing.Signing;

/// <summary>The form of an image's signature.</summary>
internal enum ImageSignatureForm
{
    /// <summary>cosign's tag in the image's repository: <c>sha256-HEX.sig</c>.</summary>
    Tag,

    /// <summary>A sigstore bundle attached to the image.</summary>
    Referrer,
}

/// <summary>The forms as users write them.</summary>
internal static class ImageSignatureForms
{
    /// <summary>The words, in the order of the forms.</summary>
    public static IReadOnlyList<string> Words { get; } = ["tag", "referrer"];

    /// <summary>Reads one; null for another word.</summary>
    public static ImageSignatureForm? Read(string text) => text switch
    {
        "tag" => ImageSignatureForm.Tag,
        "referrer" => ImageSignatureForm.Referrer,
        _ => null,
    };
}
