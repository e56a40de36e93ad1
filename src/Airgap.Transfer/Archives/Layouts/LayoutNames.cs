using Airgap.Oci;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>The names in an OCI image layout.</summary>
/// <remarks>Source: OCI image specification, image-layout.md and annotations.md; containerd's image import for its own
/// annotation.</remarks>
internal static class LayoutNames
{
    /// <summary>The file that says that a folder is a layout.</summary>
    public const string Marker = "oci-layout";

    /// <summary>The list of what a layout holds.</summary>
    public const string Index = "index.json";

    /// <summary>The folder of all content.</summary>
    public const string Blobs = "blobs";

    /// <summary>The annotation by which skopeo, oras and podman choose an image: mostly its tag.</summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>The annotation by which containerd names an image: its full reference.</summary>
    public const string ContainerdName = "io.containerd.image.name";

    /// <summary>Our annotation: what a bundle's lock calls the image.</summary>
    public const string OriginalReference = "dev.airgap.original-reference";

    /// <summary>
    /// Our annotation of what was asked for itself in a layout of several: the projects that did, with spaces between them; empty where
    /// none is known.
    /// </summary>
    public const string AskedFor = "dev.airgap.asked-for";

    /// <summary>The bytes of <see cref="Marker"/>.</summary>
    public static ReadOnlyMemory<byte> MarkerBytes { get; } = """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray();

    /// <summary>Where a manifest, config or layer stands, with <c>/</c> as separator.</summary>
    public static string NameOf(Digest digest) => $"{Blobs}/{digest.Algorithm}/{digest.Hex}";

    /// <summary>The content that a name stands for; null for another file.</summary>
    public static Digest? DigestOf(string name) =>
        name.Split('/') is [Blobs, { } algorithm, { } hex] && Digest.TryParse($"{algorithm}:{hex}", out Digest digest) ? digest : null;
}
