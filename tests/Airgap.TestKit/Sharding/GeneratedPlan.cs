using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.TestKit.Sharding;

/// <summary>
/// A plan of images that do not exist: each has a config, a layer shared with others, and layers of its own, with lengths as in practice:
/// most are short and some are very long.
/// </summary>
public static class GeneratedPlan
{
    private static readonly RepositoryName s_origin = RepositoryName.Parse("source.local/apps/all");

    /// <summary>Makes one; the same random numbers give the same.</summary>
    /// <param name="random">The random numbers.</param>
    /// <param name="images">The number of images.</param>
    /// <param name="longest">The longest layer has about 2 to the power of this many bytes.</param>
    /// <param name="percent">Scales the length of all layers except shared ones.</param>
    public static TransferPlan Create(Random random, int images, int longest = 27, int percent = 100)
    {
        Dictionary<Digest, PlannedBlob> blobs = [];
        List<PlannedItem> items = [];
        for (int i = 0; i < images; i++)
        {
            Descriptor config = Blob($"config {random.Next()}", 1000 + random.Next(9000));
            Descriptor[] layers = [.. Enumerable.Range(0, 1 + random.Next(5)).Select(n => n == 0
                ? Base(random.Next(10)) : Blob(
                    $"layer {random.Next()}", 1 + (random.NextInt64(1L << random.Next(10, longest)) * percent / 100)))];
            string list = string.Join(',', layers.DistinctBy(layer => layer.Digest).Select(
                layer => $$"""{"mediaType":"{{layer.MediaType}}","digest":"{{layer.Digest}}","size":{{layer.Size}}}"""));
            Manifest manifest = Manifest.Parse(Encoding.UTF8.GetBytes(
                $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"c","digest":"{{config.Digest}}","size":{{config.Size}}},"layers":[{{list}}]}"""));
            items.Add(new PlannedItem
            {
                Source = ImageReference.ByDigest(s_origin, manifest.Digest),
                Content = PlannedManifest.FromImage(s_origin, manifest, config: null, includeNonDistributable: false),
            });
        }

        return new TransferPlan
        {
            Source = new RelocationSource.Lock("images.yml"),
            Items = [.. items],
            Blobs = [.. blobs.Values.OrderBy(blob => blob.Descriptor.Digest)],
        };

        // A shared layer has one length, however often it is used.
        Descriptor Base(int number) =>
            Blob($"base {number}", 1_000_000 + (SHA256.HashData(Encoding.UTF8.GetBytes($"base {number}"))[0] * 100_000L));

        Descriptor Blob(string name, long size)
        {
            Descriptor descriptor =
                new("application/vnd.oci.image.layer.v1.tar+gzip", Digest.Compute(Encoding.UTF8.GetBytes(name)), size);
            blobs.TryAdd(descriptor.Digest, new PlannedBlob(new MemoryBlobContent(descriptor, ReadOnlyMemory<byte>.Empty), s_origin));
            return descriptor;
        }
    }
}
