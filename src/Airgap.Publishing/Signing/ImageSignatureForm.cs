namespace Airgap.Publishing.Signing;

/// <summary>Where the signature of an image is kept.</summary>
internal enum ImageSignatureForm
{
    /// <summary>cosign's tag beside the image: <c>sha256-HEX.sig</c>.</summary>
    Tag,

    /// <summary>A sigstore bundle that is attached to the image.</summary>
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
