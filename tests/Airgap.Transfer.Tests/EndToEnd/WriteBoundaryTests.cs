using System.Collections.Concurrent;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>
/// Layers are written up to whole numbers of buffers in their file, wherever they begin in it: so the system keeps each write in one piece.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class WriteBoundaryTests : WireTestBase
{
    private const int Block = LayerDownload.BufferSize;
    private const int PartSize = 4 * Block;
    private const int Size = (20 * Block) + 12_345;

    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    [DataRow(false, null, DisplayName = "one stream, one file")]
    [DataRow(true, null, DisplayName = "parallel parts, one file")]
    [DataRow(false, 700_001L, DisplayName = "one stream, parts of an archive")]
    [DataRow(true, 700_001L, DisplayName = "parallel parts, parts of an archive")]
    public async Task NoWriteCrossesAWholeNumberOfBuffers(bool isPartwise, long? volumeSize)
    {
        await using RegistryFixture source = await StartAsync();
        RecordingDisk disk = new();
        using RegistryClient client = Client(source, retries: 2);
        await CopyAsync(
            client, new RelocationSource.Image(ImageReference.Parse($"{source.Host}/apps/large:1")),
            new RelocationDestination.Archive(_folder["a.tar"]) { VolumeSize = volumeSize },
            transfer: new TransferOptions
            {
                Disk = disk,
                Parts = new PartRules { Size = PartSize, Patience = isPartwise ? TimeSpan.Zero : TimeSpan.FromHours(1) },
            });

        Assert.AreEqual(isPartwise, source.Of(RequestKind.BlobGet).Any(get => get.Header("Range") is not null));

        // What stands between the layers is shorter.
        Write[] writes = [.. disk.Writes.Where(write => write.Length > 4096)];
        Assert.IsGreaterThanOrEqualTo(Size - (2 * 4096 * (1 + disk.Files)), writes.Sum(write => (long)write.Length));
        foreach (Write write in writes)
            Assert.AreEqual(write.Offset / Block, (write.Offset + write.Length - 1) / Block, $"{write}");

        // Short ones only where a layer, a file or a place for a parallel part begins or ends.
        int ends = 2 * (1 + (Size / PartSize) + disk.Files);
        Assert.IsLessThanOrEqualTo(ends, writes.Count(write => write.Length < Block));
    }

    private static async Task<RegistryFixture> StartAsync()
    {
        RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        byte[] layer = new byte[Size];
        new Random(12).NextBytes(layer);
        using RegistryWriter writer = new(source.Address);
        await writer.PushImageAsync("apps/large", "1", layer);
        return source;
    }

    private readonly record struct Write(SafeFileHandle File, long Offset, int Length);

    private sealed class RecordingDisk : ArchiveDisk
    {
        public ConcurrentBag<Write> Writes { get; } = [];

        public int Files => Writes.DistinctBy(write => write.File).Count();

        public override ValueTask WriteAsync(
            SafeFileHandle file, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
        {
            Writes.Add(new Write(file, offset, bytes.Length));
            return base.WriteAsync(file, bytes, offset, cancellationToken);
        }
    }
}
