using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Tests.Archives.Deltas;

/// <summary>
/// A delta is imgpkg's format without some layers: a reader that knows nothing of deltas imports it where the destination has them.
/// </summary>
[TestClass]
public sealed class PlainReaderTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task ItImportsADeltaWhereTheDestinationHasTheRest()
    {
        DeltaBench bench = new(TestContext.CancellationToken);
        using TempFolder folder = bench.Folder;
        ImageReference v1 = bench.Bundle(DeltaBench.Source, "v1", bench.Image("source.example/team/web", 1, 2));
        ImageReference v2 = bench.Bundle(DeltaBench.Source, "v2", bench.Image("source.example/team/web", 1, 3));
        await bench.ArchiveAsync(v1, "v1.tar");
        await bench.ArchiveAsync(v2, "v2.tar", bench.Base("v1.tar"));
        FakeRepository far = bench.Registry.Get("far.example/apps/app");
        await Assert.ThrowsExactlyAsync<KeyNotFoundException>(() => ImportAsync(folder["v2.tar"], far));
        await ImportAsync(folder["v1.tar"], far);
        await ImportAsync(folder["v2.tar"], far);
        Assert.Contains(v2.Digest!.Value, far.Manifests);
    }

    // As imgpkg does it: manifest.json says all, and a layer's entry is opened only when the registry lacks the layer.
    private async Task ImportAsync(string path, FakeRepository to)
    {
        Dictionary<string, byte[]> entries = [];
        await using FileStream file = File.OpenRead(path);
        await using TarReader tar = new(file);
        while (await tar.GetNextEntryAsync(copyData: true, TestContext.CancellationToken) is { } entry)
        {
            using MemoryStream bytes = new();
            if (entry.DataStream is not null)
                await entry.DataStream.CopyToAsync(bytes, TestContext.CancellationToken);
            entries.Add(entry.Name, bytes.ToArray());
        }

        using JsonDocument list = JsonDocument.Parse(entries["manifest.json"]);
        foreach (JsonElement image in list.RootElement.EnumerateArray().Select(element => element.GetProperty("Image")))
        {
            Manifest manifest = Manifest.Parse(Encoding.UTF8.GetBytes(image.GetProperty("Manifest").GetProperty("Raw").GetString()!));
            foreach (Descriptor layer in manifest.Layers)
            {
                if (!await to.HasBlobAsync(layer, TestContext.CancellationToken))
                    await PushAsync(layer, entries[$"sha256-{layer.Digest.Hex}.tar.gz"]);
            }

            await PushAsync(manifest.Config!, Encoding.UTF8.GetBytes(image.GetProperty("Config").GetProperty("Raw").GetString()!));
            await to.PushManifestAsync(manifest, null, TestContext.CancellationToken);
        }

        Task PushAsync(Descriptor blob, byte[] bytes) =>
            to.PushBlobAsync(new MemoryBlobContent(blob, (ReadOnlyMemory<byte>)bytes), null, null, TestContext.CancellationToken);
    }
}
