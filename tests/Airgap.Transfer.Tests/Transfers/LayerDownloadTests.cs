using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Transfers;

/// <summary>Further streams start only if the network is slow, not if the disk is.</summary>
[TestClass]
public sealed class LayerDownloadTests
{
    private const int PartSize = 4096;

    // Any wait at all is longer than this.
    private static readonly PartRules s_rules = new() { Size = PartSize, Patience = TimeSpan.FromTicks(1) };

    private readonly byte[] _layer = new byte[10 * PartSize];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(false, 0)]
    [DataRow(true, 1)]
    public async Task OthersAreAskedOnlyWhereBytesAreWaitedFor(bool isSlowLine, int asked)
    {
        new Random(4).NextBytes(_layer);
        Content content = new(_layer, isSlowLine);
        SlowDisk disk = new(_layer.Length);
        ArchiveLayer layer = new(
            new PlannedBlob(content, null), HeaderOffset: 0, DataOffset: 0);
        AdaptiveConcurrency places = new(8, 8, () => 0, TimeProvider.System);
        LayerDownload download = new(content, disk, layer, places, s_rules, new Progress<long>());

        Assert.IsTrue(await download.RunAsync(there: null, TestContext.CancellationToken));
        Assert.AreEqual(asked, content.Parts);
        CollectionAssert.AreEqual(_layer, disk.Bytes);
    }

    [TestMethod]
    [DataRow(3, 0, DisplayName = "slow only beside another blob")]
    [DataRow(10, 1, DisplayName = "slow alone, too")]
    public async Task AStreamThatSharesTheLineIsJudgedWhenItIsAlone(int slowParts, int asked)
    {
        new Random(5).NextBytes(_layer);
        Content content = new(_layer, isSlow: true) { SlowBytes = slowParts * PartSize };
        SlowDisk disk = new(_layer.Length);
        AdaptiveConcurrency places = new(2, 2, () => 0, TimeProvider.System);
        await places.EnterAsync(TestContext.CancellationToken);
        await places.EnterAsync(TestContext.CancellationToken);
        LayerDownload download = new(
            content, disk, new ArchiveLayer(new PlannedBlob(content, null), 0, 0), places, s_rules,
            new Steps(received =>
            {
                // The other blob has arrived.
                if (received == 3 * PartSize)
                    places.Leave();
            }));

        Assert.IsTrue(await download.RunAsync(there: null, TestContext.CancellationToken));
        Assert.AreEqual(asked, content.Parts);
    }

    private sealed class Steps(Action<long> step) : IProgress<long>
    {
        private long _received;

        public void Report(long value) => step(_received += value);
    }

    /// <summary>Has no parts to supply; counts the requests for one.</summary>
    private sealed class Content(byte[] bytes, bool isSlow) : IBlobContent
    {
        public Descriptor Descriptor { get; } = new("application/x", Digest.Compute(bytes), bytes.Length);

        public int Parts { get; private set; }

        public int SlowBytes { get; init; } = int.MaxValue;

        public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) =>
            new(isSlow ? new Late(bytes[(int)offset..], SlowBytes) : new MemoryStream(bytes[(int)offset..]));

        public ValueTask<Stream?> TryOpenPartAsync(long offset, long length, CancellationToken cancellationToken)
        {
            Parts++;
            return new((Stream?)null);
        }
    }

    private sealed class Late(byte[] bytes, int slowBytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // Not yet there when it is requested: any such wait is longer than the limit.
            if (Position < slowBytes)
                await Task.Yield();
            return await base.ReadAsync(buffer, cancellationToken);
        }
    }

    private sealed class SlowDisk(int length) : IPartialArchive
    {
        public byte[] Bytes { get; } = new byte[length];

        public IReadOnlyDictionary<Digest, PartialLayer> Layers => ImmutableDictionary<Digest, PartialLayer>.Empty;

        public ImmutableArray<WrittenFile> Written => [];

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
        {
            await Task.Yield();
            bytes.CopyTo(Bytes.AsMemory((int)offset));
        }

        public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Nothing came in parts.");

        public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
