using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Files;
using Airgap.TestKit;
using Airgap.Transfer.Sharing;

namespace Airgap.Transfer.Tests.Sharing;

/// <summary>The temporary file of a shared download only saves a second download: without it, each reader reads the source.</summary>
[TestClass]
public sealed class UnsharedTests
{
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];

    [TestMethod]
    public async Task WithoutATemporaryFolder_EachReadsTheSource()
    {
        using TempFolder folder = new();
        Descriptor descriptor = new("", Digest.Compute(s_bytes), s_bytes.Length);
        CountedContent source = new(descriptor);
        SharedBlob shared = new(source, 2, new IdleDownloads(), CancellationToken.None, folder["none"]);
        for (int reader = 1; reader <= 2; reader++)
        {
            await using Stream stream = await shared.For(descriptor).OpenAsync(400, CancellationToken.None);
            using MemoryStream read = new();
            await stream.CopyToAsync(read);
            Assert.AreSequenceEqual(s_bytes[400..], read.ToArray());
            Assert.AreEqual(reader, source.Opened);
        }
    }

    [TestMethod]
    public async Task WhenTheTemporaryFileFails_AReaderGoesOnFromWhereItIs()
    {
        List<long> asked = [];
        await using UnsharableStream stream = new(
            new FailingStream(s_bytes[100..350]), (offset, _) =>
            {
                asked.Add(offset);
                return ValueTask.FromResult<Stream>(new MemoryStream(s_bytes[(int)offset..]));
            }, 100);
        using MemoryStream read = new();
        await stream.CopyToAsync(read);
        Assert.AreSequenceEqual(s_bytes[100..], read.ToArray());
        Assert.AreEqual(350, Assert.ContainsSingle(asked));
    }

    private sealed class CountedContent(Descriptor descriptor) : IBlobContent
    {
        public int Opened { get; private set; }

        public Descriptor Descriptor => descriptor;

        public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken)
        {
            Opened++;
            return ValueTask.FromResult<Stream>(new MemoryStream(s_bytes[(int)offset..]));
        }
    }

    // Like a shared download whose disk is full after these bytes.
    private sealed class FailingStream(byte[] bytes) : ReadOnlyStream
    {
        private int _position;

        public override int Read(Span<byte> buffer)
        {
            if (_position == bytes.Length)
                throw new TemporaryFileException(new IOException("No space left on device"));
            int count = Math.Min(buffer.Length, bytes.Length - _position);
            bytes.AsSpan(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }
    }
}
