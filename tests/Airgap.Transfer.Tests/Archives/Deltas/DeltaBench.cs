using System.IO.Compression;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Archives.Deltas;

/// <summary>Bundles in versions that share layers, in a registry in memory, and short calls for deltas of them.</summary>
internal sealed class DeltaBench(CancellationToken cancellationToken)
{
    public const string Source = "source.example/team/app";

    public FakeRegistry Registry { get; } = new();

    public TempFolder Folder { get; } = new();

    /// <summary>Adds an image of layers that are each identified by a number.</summary>
    public ImageReference Image(string repository, params int[] layers)
    {
        FakeRepository at = Registry.Get(repository);
        byte[] config = Encoding.UTF8.GetBytes($$"""{"architecture":"amd64","os":"linux","layers":"{{string.Join(' ', layers)}}"}""");
        return ImageReference.ByDigest(at.Name, Put(at, config, [.. layers.Select(LayerBytes)], null));
    }

    /// <summary>Adds a bundle that pins images.</summary>
    public ImageReference Bundle(string repository, string tag, params ImageReference[] images)
    {
        FakeRepository at = Registry.Get(repository);
        string yaml = "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n"
            + string.Concat(images.Select(image => $"- image: {image}\n"));
        byte[] text = Encoding.UTF8.GetBytes(images.Length == 0 ? "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n" : yaml);
        byte[] tar = [.. ArchiveLayout.HeaderOf(".imgpkg/images.yml", text.Length), .. text,
            .. new byte[TarHeader.Padding(text.Length) + 1024]];
        using MemoryStream gzip = new();
        using (GZipStream zip = new(gzip, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(tar);
        return ImageReference.ByDigest(
            at.Name, Put(at, """{"config":{"Labels":{"dev.carvel.imgpkg.bundle":"true"}}}"""u8.ToArray(), [gzip.ToArray()], tag));
    }

    /// <summary>The digest of a layer.</summary>
    public static Digest Layer(int number) => Digest.Compute(LayerBytes(number));

    public async Task<TransferResult> ArchiveAsync(ImageReference bundle, string name, params DeltaSource[] bases) =>
        await ArchiveAsync(bundle, name, ArchiveFormat.Imgpkg, bases);

    public async Task<TransferResult> ArchiveAsync(ImageReference bundle, string name, ArchiveFormat format, params DeltaSource[] bases)
    {
        Relocator relocator = new(Registry);
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Bundle(Tagged(bundle)), new PlanOptions
            {
                EmbedConfigs = format == ArchiveFormat.Imgpkg,
                Bases = [.. bases]
            }, cancellationToken);
        return await relocator.RunAsync(
            plan, new RelocationDestination.Archive(Folder[name]) { Format = format }, new TransferOptions(), cancellationToken);
    }

    public async Task<TransferResult> ImportAsync(string name, string repository, TransferOptions? options = null)
    {
        Relocator relocator = new(Registry);
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Archive(Folder[name]), new PlanOptions
            {
                Destination = RepositoryName.Parse(repository),
                KeepGoing = options?.KeepGoing ?? false
            }, cancellationToken);
        return await relocator.RunAsync(
            plan, new RelocationDestination.Repository(RepositoryName.Parse(repository)), options ?? new(), cancellationToken);
    }

    public DeltaSource Base(string name) => new DeltaSource.Archive(Folder[name]);

    public async Task<byte[]> BytesAsync(string name) => await File.ReadAllBytesAsync(Folder[name], cancellationToken);

    public async Task<ArchiveNotes?> NotesAsync(string name) =>
        await (await AnyArchive.OpenAsync(Folder[name], cancellationToken)).ReadNotesAsync(cancellationToken);

    /// <summary>
    /// Changes an archive's metadata as a person who knows the format would: to the same length, with a valid digest.
    /// </summary>
    public async Task ForgeAsync(string name, Func<string, string> change)
    {
        ArchiveEntry entry = (await ArchiveReader.OpenAsync(Folder[name], cancellationToken)).Entries
            .Single(entry => entry.Name == ArchiveNotes.EntryName);
        byte[] tar = await BytesAsync(name);
        string json = Encoding.UTF8.GetString(tar, (int)entry.Offset, (int)entry.Size);
        string changed = change(json[(json.IndexOf("\"content\":", StringComparison.Ordinal) + 10)..^1]);
        byte[] made = Encoding.UTF8.GetBytes(
            $$"""{"version":2,"digest":"{{Digest.Compute(Encoding.UTF8.GetBytes(changed))}}","content":{{changed}}}""");
        Assert.HasCount((int)entry.Size, made);
        made.CopyTo(tar, entry.Offset);
        await File.WriteAllBytesAsync(Folder[name], tar, cancellationToken);
    }

    /// <summary>The blobs fetched since the calls were last cleared.</summary>
    public string[] Fetched() =>
        [.. Registry.Calls.Where(call => call.StartsWith("get-blob", StringComparison.Ordinal)).Select(call => call.Split(' ')[^1])];

    private ImageReference Tagged(ImageReference bundle) =>
        Registry.Get(bundle.Repository).Tags.Where(tag => tag.Value == bundle.Digest)
            .Select(tag => ImageReference.ByTag(bundle.Repository, tag.Key)).FirstOrDefault() ?? bundle;

    private static byte[] LayerBytes(int number)
    {
        byte[] bytes = new byte[700 + (number * 37 % 900)];
        new Random(number).NextBytes(bytes);
        return bytes;
    }

    private static Digest Put(FakeRepository at, byte[] config, byte[][] layers, string? tag)
    {
        at.AddBlob(config);
        foreach (byte[] layer in layers)
            at.AddBlob(layer);
        string list = string.Join(
            ',', layers.Select(layer =>
                $$"""{"mediaType":"{{MediaTypes.DockerLayerGzip}}","digest":"{{Digest.Compute(layer)}}","size":{{layer.Length}}}"""));
        string manifest =
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.DockerManifest}}","config":{"mediaType":"{{MediaTypes.DockerConfig}}","digest":"{{Digest.Compute(config)}}","size":{{config.Length}}},"layers":[{{list}}]}""";
        return at.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes(manifest)), tag).Digest;
    }
}
