using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Transfers.Parts;

namespace Airgap.Transfer.Tests.Archives.Parts;

/// <summary>The base of tests of parts: an archive whose parts are longer than their checked beginnings and ends.</summary>
public abstract class PartsTestBase : RelocatorTestBase
{
    protected const int Volume = 300_000;

    /// <summary>Writes an archive of a megabyte, <c>a.tar</c>.</summary>
    internal static byte[] WriteArchive(TempFolder folder, int seed = 1)
    {
        byte[] first = new byte[600_000];
        byte[] second = new byte[400_000];
        Random random = new(seed);
        random.NextBytes(first);
        random.NextBytes(second);
        ArchiveBuilder archive = new();
        Digest image = archive.Image("r.local/app", "{}", [archive.Layer(first), archive.Layer(second)]);
        archive.Bundle("r.local/bundle", [$"r.local/app@{image}"], isRoot: true);
        byte[] bytes = archive.ToTar();
        File.WriteAllBytes(folder["a.tar"], bytes);
        return bytes;
    }

    /// <summary>Writes the archive, splits it, and removes it.</summary>
    internal async Task<PartList> WritePartsAsync(TempFolder folder, int seed = 1)
    {
        WriteArchive(folder, seed);
        PartList list = await new PartSplitter(ArchiveDisk.System).SplitAsync(folder["a.tar"], folder["a.tar"], Volume, Token);
        File.Delete(folder["a.tar"]);
        return list;
    }

    protected async Task<AirgapException> RefusedAsync(string path, params string[] partsIn) =>
        await Assert.ThrowsExactlyAsync<AirgapException>(() => CopyToRepositoryAsync(At(path, partsIn), "dest.example/apps/it"));

    internal static RelocationSource.Archive At(string path, params string[] partsIn) => new(path) { PartsIn = [.. partsIn] };
}
