using System.Text;
using System.Text.Json.Nodes;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Tests.Pulling;

namespace Airgap.Transfer.Tests.Archives.Layouts;

/// <summary>Makes layouts by hand, as others write them. Descriptors are JSON texts.</summary>
internal sealed class LayoutBuilder
{
    private readonly string _path;

    public LayoutBuilder(string path)
    {
        _path = path;
        Directory.CreateDirectory(Path.Combine(path, "blobs", "sha256"));
        File.WriteAllText(Path.Combine(path, "oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    }

    /// <summary>An image of one file.</summary>
    public string Image(string content, string layerType) => Image(new LayerBuilder().File("a", content).Tar(), layerType, "{}");

    /// <summary>A bundle that pins images, with the layer type that imgpkg wants of one.</summary>
    public string Bundle(string[] images) => Image(
        new LayerBuilder().File(
            ".imgpkg/images.yml", "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n"
            + string.Concat(images.Select(image => $"- image: {image}\n"))).Tar(),
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

    /// <summary>The digest of a descriptor.</summary>
    public Digest DigestOf(string descriptor) => Digest.Parse(JsonNode.Parse(descriptor)!["digest"]!.GetValue<string>());

    /// <summary>Writes index.json.</summary>
    public void Write(string[] manifests) =>
        File.WriteAllText(Path.Combine(_path, "index.json"), $"{{\"schemaVersion\":2,\"manifests\":[{string.Join(',', manifests)}]}}");

    private string Image(byte[] tar, string layerType, string config)
    {
        string layer = Blob(LayerBuilder.Gzip(tar), layerType);
        string configBlob = Blob(
            Encoding.UTF8.GetBytes(
                $"{{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{config},\"rootfs\":{{\"type\":\"layers\",\"diff_ids\":[\"{Digest.Compute(tar)}\"]}}}}"), MediaTypes.OciConfig);
        return Blob(Encoding.UTF8.GetBytes(
            $"{{\"schemaVersion\":2,\"mediaType\":\"{MediaTypes.OciManifest}\",\"config\":{configBlob},\"layers\":[{layer}]}}"),
            MediaTypes.OciManifest);
    }

    private string Blob(byte[] bytes, string mediaType)
    {
        Digest digest = Digest.Compute(bytes);
        File.WriteAllBytes(Path.Combine(_path, "blobs", "sha256", digest.Hex), bytes);
        return $"{{\"mediaType\":\"{mediaType}\",\"digest\":\"{digest}\",\"size\":{bytes.Length}}}";
    }
}
