using Airgap.Oci;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>The names in an OCI image layout.</summary>
/// <remarks>Source: OCI image specification, image-layout.md and annotations.md; containerd's image import for its own
/// annotation.</remarks>
internal static class LayoutNames
{
    /// <summary>The file that marks a folder as a layout.</summary>
    public const string Marker = "oci-layout";

    /// <summary>The list of a layout's content.</summary>
    public const string Index = "index.json";

    /// <summary>The folder of all content.</summary>
    public const string Blobs = "blobs";

    /// <summary>The annotation by which skopeo, oras and podman select an image: usually its tag.</summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>The annotation by which containerd names an image: its full reference.</summary>
    public const string ContainerdName = "io.containerd.image.name";

    /// <summary>The annotation by which <c>cosign save</c> says what an entry is.</summary>
    public const string CosignKind = "kind";

    /// <summary>Our annotation: the image's name in a bundle's lock.</summary>
    public const string OriginalReference = "dev.airgap.original-reference";

    /// <summary>
    /// Our annotation of requested items in a layout of several: the projects that requested it, separated by spaces;
    /// empty if unknown.
    /// </summary>
    public const string AskedFor = "dev.airgap.asked-for";

    /// <summary>The bytes of <see cref="Marker"/>.</summary>
    public static ReadOnlyMemory<byte> MarkerBytes { get; } = """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray();

    /// <summary>The path of a manifest, config or layer, with <c>/</c> as separator.</summary>
    public static string NameOf(Digest digest) => $"{Blobs}/{digest.Algorithm}/{digest.Hex}";

    /// <summary>The digest of the content with a name; null for another file.</summary>
    public static Digest? DigestOf(string name) =>
        name.Split('/') is [Blobs, { } algorithm, { } hex] && Digest.TryParse($"{algorithm}:{hex}", out Digest digest) ? digest : null;
}
