using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.TestKit.Layouts;

/// <summary>Makes layouts by hand, as other tools write them. Descriptors are JSON texts.</summary>
public sealed class LayoutBuilder
{
    private readonly string _path;
    private readonly bool _isLong;

    /// <param name="path">The folder.</param>
    /// <param name="isLong">True to name every content by its sha512.</param>
    public LayoutBuilder(string path, bool isLong = false)
    {
        _path = path;
        _isLong = isLong;
        Directory.CreateDirectory(Path.Combine(path, "blobs", isLong ? "sha512" : "sha256"));
        File.WriteAllText(Path.Combine(path, "oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    }

    /// <summary>An image of one file.</summary>
    public string Image(string content, string layerType) => Compressed(Tar("a", content), layerType, "{}");

    /// <summary>An image of one layer with the given bytes, unchanged.</summary>
    public string Image(byte[] layer) => Image(layer, Blob(layer, MediaTypes.OciLayer), "{}");

    /// <summary>A bundle that pins images, with the layer type that imgpkg requires of a bundle.</summary>
    public string Bundle(string[] images) => Compressed(
        Tar(
            ".imgpkg/images.yml", "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n"
            + string.Concat(images.Select(image => $"- image: {image}\n"))),
        MediaTypes.DockerLayerGzip,
        "{\"Labels\":{\"dev.carvel.imgpkg.bundle\":\"true\"}}");

    /// <summary>An index.</summary>
    public string Index(string[] manifests) =>
        Blob(Encoding.UTF8.GetBytes(
            $"{{\"schemaVersion\":2,\"mediaType\":\"{MediaTypes.OciIndex}\",\"manifests\":[{string.Join(',', manifests)}]}}"),
            MediaTypes.OciIndex);

    /// <summary>A descriptor with a name.</summary>
    public string Named(string descriptor, string name)
    {
        JsonObject json = JsonNode.Parse(descriptor)!.AsObject();
        json["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = name };
        return json.ToJsonString();
    }

    /// <summary>A descriptor with annotations, each <c>name=value</c>.</summary>
    public string Annotated(string descriptor, params string[] annotations)
    {
        JsonObject json = JsonNode.Parse(descriptor)!.AsObject();
        json["annotations"] = new JsonObject(annotations.Select(pair => pair.Split('=', 2))
            .Select(pair => KeyValuePair.Create(pair[0], (JsonNode?)pair[1])));
        return json.ToJsonString();
    }

    /// <summary>An artifact attached to a manifest: a referrer.</summary>
    public string Referrer(string subject, string artifactType) => Blob(Encoding.UTF8.GetBytes(
        $"{{\"schemaVersion\":2,\"mediaType\":\"{MediaTypes.OciManifest}\",\"artifactType\":\"{artifactType}\"," +
        $"\"config\":{Blob("{}"u8.ToArray(), "application/vnd.oci.empty.v1+json")}," +
        $"\"layers\":[{Blob("bill of materials"u8.ToArray(), artifactType)}],\"subject\":{subject}}}"), MediaTypes.OciManifest);

    /// <summary>The digest of a descriptor.</summary>
    public Digest DigestOf(string descriptor) => Digest.Parse(JsonNode.Parse(descriptor)!["digest"]!.GetValue<string>());

    /// <summary>Writes index.json.</summary>
    public void Write(string[] manifests) =>
        File.WriteAllText(Path.Combine(_path, "index.json"), $"{{\"schemaVersion\":2,\"manifests\":[{string.Join(',', manifests)}]}}");

    /// <summary>Packs the folder as other tools do: entries in the given order; an entry that ends in <c>/</c> with everything below
    /// it.</summary>
    public void Pack(string path, params string[] order)
    {
        using TarWriter tar = new(File.Create(path), _isLong ? TarEntryFormat.Pax : TarEntryFormat.Ustar);
        foreach (string name in order)
        {
            string place = Path.Combine(_path, name);
            tar.WriteEntry(place, name);
            string[] all = Directory.Exists(place) ? Directory.GetFileSystemEntries(place, "*", SearchOption.AllDirectories) : [];
            foreach (string below in all.Order(StringComparer.Ordinal))
                tar.WriteEntry(below, Path.GetRelativePath(_path, below).Replace('\\', '/') + (Directory.Exists(below) ? "/" : ""));
        }
    }

    private static byte[] Tar(string name, string text)
    {
        using MemoryStream bytes = new();
        using (TarWriter tar = new(bytes, TarEntryFormat.Pax, leaveOpen: true))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        return bytes.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream output = new();
        using (GZipStream gzip = new(output, CompressionLevel.SmallestSize))
            gzip.Write(bytes);
        return output.ToArray();
    }

    private string Compressed(byte[] tar, string layerType, string config) => Image(tar, Blob(Gzip(tar), layerType), config);

    private string Image(byte[] tar, string layer, string config)
    {
        string configBlob = Blob(
            Encoding.UTF8.GetBytes(
                $"{{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{config}," +
                $"\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[\"{Digest.Compute(tar)}\"]}}}}"),
            MediaTypes.OciConfig);
        return Blob(Encoding.UTF8.GetBytes(
            $"{{\"schemaVersion\":2,\"mediaType\":\"{MediaTypes.OciManifest}\",\"config\":{configBlob},\"layers\":[{layer}]}}"),
            MediaTypes.OciManifest);
    }

    /// <summary>Any content, and its descriptor.</summary>
    public string Blob(byte[] bytes, string mediaType)
    {
        Digest digest = _isLong ? Digest.FromHash(HashAlgorithmName.SHA512, SHA512.HashData(bytes)) : Digest.Compute(bytes);
        File.WriteAllBytes(Path.Combine(_path, "blobs", digest.Algorithm, digest.Hex), bytes);
        return $"{{\"mediaType\":\"{mediaType}\",\"digest\":\"{digest}\",\"size\":{bytes.Length}}}";
    }
}
