using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Tests.Archives;

/// <summary>Makes archives by hand that no tool writes.</summary>
internal sealed class ArchiveBuilder
{
    private const string RootLabel = "{\"dev.carvel.imgpkg.copy.root-bundle\":\"\"}";

    private readonly List<string> _elements = [];
    private readonly SortedDictionary<string, byte[]> _layers = new(StringComparer.Ordinal);

    /// <summary>Adds a bundle that pins images by digest.</summary>
    /// <returns>The bundle's digest.</returns>
    public Digest Bundle(string repository, IEnumerable<string> images, bool isRoot = false)
    {
        string yaml = "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n"
            + string.Concat(images.Select(image => $"- image: {image}\n"));
        byte[] text = Encoding.UTF8.GetBytes(yaml);
        byte[] tar = [.. ArchiveLayout.HeaderOf(".imgpkg/images.yml", text.Length), .. text,
            .. new byte[TarHeader.Padding(text.Length) + 1024]];
        using MemoryStream gzip = new();
        using (System.IO.Compression.GZipStream zip = new(gzip, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(tar);
        return Image(repository, "{\"config\":{\"Labels\":{\"dev.carvel.imgpkg.bundle\":\"true\"}}}",
            [Layer(gzip.ToArray())], isRoot: isRoot);
    }

    /// <summary>Adds a layer.</summary>
    public Descriptor Layer(byte[] bytes, string mediaType = MediaTypes.DockerLayerGzip, bool sha512 = false)
    {
        Digest digest = sha512 ? Digest.FromHash(
            System.Security.Cryptography.HashAlgorithmName.SHA512, System.Security.Cryptography.SHA512.HashData(bytes))
            : Digest.Compute(bytes);
        _layers[ArchiveLayout.NameOf(digest)] = bytes;
        return new Descriptor(mediaType, digest, bytes.Length);
    }

    /// <summary>Adds an image.</summary>
    /// <param name="repository">Its source repository.</param>
    /// <param name="config">Its config.</param>
    /// <param name="layers">Its layers.</param>
    /// <param name="isRoot">True to mark it as the root bundle.</param>
    /// <param name="listedAs">The media type that the archive lists; null for its own.</param>
    /// <param name="type">The media type in its manifest; null for none.</param>
    public Digest Image(string repository, string config, IEnumerable<Descriptor> layers, bool isRoot = false, string? listedAs = null,
        string? type = MediaTypes.DockerManifest)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(config);
        string list = string.Join(
            ',', layers.Select(layer => $$"""{"mediaType":"{{layer.MediaType}}","digest":"{{layer.Digest}}","size":{{layer.Size}}}"""));
        string mediaType = type is null ? "" : $"\"mediaType\":\"{type}\",";
        string manifest =
            $$"""{"schemaVersion":2,{{mediaType}}"config":{"mediaType":"{{MediaTypes.DockerConfig}}","digest":"{{Digest.Compute(bytes)}}","size":{{bytes.Length}}},"layers":[{{list}}]}""";
        Digest digest = Digest.Compute(Encoding.UTF8.GetBytes(manifest));
        _elements.Add(
            $$"""{"ImageIndex":null,"Image":{"Refs":["{{repository}}@{{digest}}"],"Layers":null,"Config":{"Digest":"{{Digest.Compute(bytes)}}","Raw":{{Json(config)}}},"Manifest":{"MediaType":"{{listedAs ?? type}}","Digest":"{{digest}}","Raw":{{Json(manifest)}}},"Tag":"","OrigRef":"","Labels":{{(isRoot ? RootLabel : "null")}}""" + "}}");
        return digest;
    }

    /// <summary>The archive's bytes.</summary>
    /// <param name="extra">Entries after the layers.</param>
    public byte[] ToTar(params (string Name, byte[] Bytes)[] extra)
    {
        using MemoryStream tar = new();
        Append("manifest.json", Encoding.UTF8.GetBytes($"[{string.Join(',', _elements)}]"));
        foreach ((string name, byte[] bytes) in _layers)
            Append(name, bytes);
        foreach ((string name, byte[] bytes) in extra)
            Append(name, bytes);
        tar.Write(new byte[1024]);
        return tar.ToArray();

        void Append(string name, byte[] bytes)
        {
            tar.Write(ArchiveLayout.HeaderOf(name, bytes.Length));
            tar.Write(bytes);
            tar.Write(new byte[TarHeader.Padding(bytes.Length)]);
        }
    }

    private static string Json(string text) => "\"" + System.Text.Json.JsonEncodedText.Encode(text) + "\"";
}
