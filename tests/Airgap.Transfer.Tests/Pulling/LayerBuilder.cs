using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Tests.Pulling;

/// <summary>Makes malicious tars, with the runtime's writer.</summary>
internal sealed class LayerBuilder
{
    private readonly MemoryStream _bytes = new();
    private readonly TarWriter _tar;

    public LayerBuilder() => _tar = new TarWriter(_bytes, TarEntryFormat.Pax, leaveOpen: true);

    public LayerBuilder File(string name, string text = "", int mode = 0b110_000_000) =>
        Add(new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
            Mode = (UnixFileMode)mode
        });

    public LayerBuilder Directory(string name, int mode = 0b111_000_000) =>
        Add(new PaxTarEntry(TarEntryType.Directory, name) { Mode = (UnixFileMode)mode });

    public LayerBuilder Link(TarEntryType type, string name, string target) => Add(new PaxTarEntry(type, name) { LinkName = target });

    public LayerBuilder Special(TarEntryType type, string name) => Add(new PaxTarEntry(type, name));

    public LayerBuilder Zeros(string name, long length) =>
        Add(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(new byte[length]) });

    public byte[] Tar()
    {
        _tar.Dispose();
        return _bytes.ToArray();
    }

    public byte[] Gzip() => Gzip(Tar());

    public static byte[] Gzip(byte[] bytes)
    {
        MemoryStream output = new();
        using (GZipStream gzip = new(output, CompressionLevel.SmallestSize))
            gzip.Write(bytes);
        return output.ToArray();
    }

    /// <summary>Adds an image with these layers to a registry.</summary>
    public static RelocationSource Image(FakeRegistry registry, params byte[][] layers)
    {
        FakeRepository repository = registry.Get("r.local/hostile");
        byte[] config = "{}"u8.ToArray();
        string Descriptor(byte[] bytes, string type) =>
            $$"""{"mediaType":"{{type}}","digest":"{{repository.AddBlob(bytes)}}","size":{{bytes.Length}}}""";
        string json = $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{Descriptor(config, MediaTypes.OciConfig)}},
            "layers":[{{string.Join(',', layers.Select(layer => Descriptor(layer, MediaTypes.OciLayerGzip)))}}]}
            """;
        repository.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes(json)), "1");
        return new RelocationSource.Image(ImageReference.Parse("r.local/hostile:1"));
    }

    private LayerBuilder Add(PaxTarEntry entry)
    {
        _tar.WriteEntry(entry);
        return this;
    }
}
