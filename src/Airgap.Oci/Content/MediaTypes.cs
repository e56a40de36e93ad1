namespace Airgap.Oci.Content;

/// <summary>The media types that change how content is handled. All others are copied unchanged.</summary>
internal static class MediaTypes
{
    /// <summary>OCI image manifest.</summary>
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>OCI image index.</summary>
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";

    /// <summary>Docker image manifest, schema 2.</summary>
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>Docker manifest list.</summary>
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>Docker image manifest, schema 1 (registry v1), unsigned.</summary>
    public const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json";

    /// <summary>Docker image manifest, schema 1 (registry v1), signed.</summary>
    public const string DockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    /// <summary>Docker image config.</summary>
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";

    /// <summary>OCI image config.</summary>
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";

    /// <summary>Docker layer, gzip. The only layer type imgpkg reads a bundle from.</summary>
    public const string DockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    /// <summary>Docker layer, not compressed.</summary>
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";

    /// <summary>Docker layer, non-distributable.</summary>
    public const string DockerForeignLayer = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

    /// <summary>OCI layer, not compressed.</summary>
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";

    /// <summary>OCI layer, gzip.</summary>
    public const string OciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";

    /// <summary>OCI layer, zstd.</summary>
    public const string OciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";

    /// <summary>OCI layer, non-distributable, not compressed.</summary>
    public const string OciNonDistributableLayer = "application/vnd.oci.image.layer.nondistributable.v1.tar";

    /// <summary>OCI layer, non-distributable, gzip.</summary>
    public const string OciNonDistributableLayerGzip = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";

    /// <summary>The accepted manifest types, in the order of an Accept header.</summary>
    public static IReadOnlyList<string> AcceptedManifests { get; } =
        [OciIndex, DockerManifestList, OciManifest, DockerManifest, DockerSchema1, DockerSchema1Signed];

    /// <summary>True for an OCI index or a Docker manifest list.</summary>
    public static bool IsIndex(string mediaType) => mediaType is OciIndex or DockerManifestList;

    /// <summary>True for an OCI or Docker (schema 2) image manifest.</summary>
    public static bool IsImageManifest(string mediaType) => mediaType is OciManifest or DockerManifest;

    /// <summary>True for the registry v1 manifest formats.</summary>
    public static bool IsSchema1(string mediaType) => mediaType is DockerSchema1 or DockerSchema1Signed;

    /// <summary>True for layers that imgpkg omits unless they are requested.</summary>
    public static bool IsNonDistributable(string mediaType) =>
        mediaType is DockerForeignLayer or OciNonDistributableLayer or OciNonDistributableLayerGzip;

    /// <summary>True for the layer types that have a diff id in the image config, as imgpkg counts them.</summary>
    public static bool IsLayer(string mediaType) => mediaType
        is DockerLayer or DockerLayerGzip or DockerForeignLayer
        or OciLayer or OciLayerGzip or OciLayerZstd or OciNonDistributableLayer or OciNonDistributableLayerGzip;
}
