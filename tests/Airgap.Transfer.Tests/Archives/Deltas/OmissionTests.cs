using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Tests.Archives.Deltas;

/// <summary>
/// A delta omits a layer as imgpkg omits a non-distributable one: manifest.json still lists it, but its entry is
/// missing. imgpkg reads a delta like such an archive when the destination has the layer.
/// </summary>
[TestClass]
public sealed class OmissionTests
{
    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Token => TestContext.CancellationToken;

    [TestMethod]
    public async Task ImgpkgsArchives_DifferOnlyInTheOmittedEntry()
    {
        byte[] all = await File.ReadAllBytesAsync(Fixtures.Golden("foreign-bundle.all-layers.tar"), Token);
        byte[] some = await File.ReadAllBytesAsync(Fixtures.Golden("foreign-bundle.tar"), Token);
        string[] left = await AssertOmitsAsync(
            Fixtures.Golden("foreign-bundle.all-layers.tar"), all, Fixtures.Golden("foreign-bundle.tar"), some);
        Assert.HasCount(2, left);
    }

    [TestMethod]
    public async Task ADelta_AndItsFullArchive_DifferOnlyInOmittedEntries()
    {
        DeltaBench bench = new(Token);
        using TempFolder folder = bench.Folder;
        ImageReference v1 = bench.Bundle(DeltaBench.Source, "v1", bench.Image("source.example/team/web", 1, 2));
        ImageReference v2 = bench.Bundle(DeltaBench.Source, "v2", bench.Image("source.example/team/web", 1, 3));
        await bench.ArchiveAsync(v1, "v1.tar");
        await bench.ArchiveAsync(v2, "delta.tar", bench.Base("v1.tar"));
        await bench.ArchiveAsync(v2, "full.tar");
        string[] left = await AssertOmitsAsync(
            folder["full.tar"], await bench.BytesAsync("full.tar"), folder["delta.tar"], await bench.BytesAsync("delta.tar"));
        Assert.AreSequenceEqual([ArchiveLayout.NameOf(DeltaBench.Layer(1))], left);
    }

    // Each existing entry has the same header and bytes as in the other archive; our own entry comes after all of imgpkg's, which
    // ignores it.
    private async Task<string[]> AssertOmitsAsync(string allPath, byte[] all, string somePath, byte[] some)
    {
        ArchiveEntry[] expected = await EntriesAsync(allPath);
        ArchiveEntry[] actual = await EntriesAsync(somePath);
        ArchiveEntry[] shared = [.. actual.Where(entry => entry.Name != ArchiveNotes.EntryName)];
        Assert.AreEqual(ArchiveLayout.ManifestName, actual[0].Name);
        Assert.AreSequenceEqual(shared, actual.Take(shared.Length).ToArray());
        Assert.AreSequenceEqual(
            expected.Select(entry => entry.Name).Where(name => shared.Any(entry => entry.Name == name)).ToArray(),
            shared.Select(entry => entry.Name).ToArray());
        foreach (ArchiveEntry entry in shared)
        {
            ArchiveEntry other = expected.Single(one => one.Name == entry.Name);
            Assert.AreSequenceEqual(WithHeader(all, other).ToArray(), WithHeader(some, entry).ToArray());
        }

        return [.. expected.Select(entry => entry.Name).Where(name => name != ArchiveNotes.EntryName)
            .Except(shared.Select(entry => entry.Name))];
    }

    private static Span<byte> WithHeader(byte[] tar, ArchiveEntry entry) =>
        tar.AsSpan((int)entry.Offset - TarHeader.BlockSize, TarHeader.BlockSize + (int)entry.Size);

    private async Task<ArchiveEntry[]> EntriesAsync(string path) =>
        [.. (await ArchiveReader.OpenAsync(path, Token)).Entries.OrderBy(entry => entry.Offset)];
}
