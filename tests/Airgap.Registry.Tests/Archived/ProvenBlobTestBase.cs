using System.IO.Pipelines;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Registry.Archives;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Archived;

/// <summary>Files of archives and layouts, verified and changed.</summary>
public abstract class ProvenBlobTestBase
{
    private protected static readonly TimeProvider s_later = new Later(TimeSpan.FromMinutes(1));

    private protected readonly byte[] _layer = RandomNumberGenerator.GetBytes(600_000);

    public TestContext TestContext { get; set; } = null!;

    private protected string BlobPath => $"/v2/apps/app/blobs/{RegistryWriter.DigestOf(_layer)}";

    private protected async Task AssertPartAsync(Api served)
    {
        Answer answer = await served.GetAsync(BlobPath, ("Range", "bytes=1000-1999"));
        Assert.AreEqual(206, answer.Status);
        CollectionAssert.AreEqual(_layer[1000..2000], answer.Body);
    }

    private protected async Task<bool> SendAsync(ServedFile file, Descriptor descriptor, BlobProof proof)
    {
        using ArchivedContent content = new(file, 0, descriptor, proof);
        return await content.SendAsync(PipeWriter.Create(Stream.Null), 0, descriptor.Size, TestContext.CancellationToken);
    }

    private protected async Task<long> DrainAsync(PipeReader reader, Task sending)
    {
        long received = 0;
        Task<ReadResult> reading = reader.ReadAsync(TestContext.CancellationToken).AsTask();
        while (await Task.WhenAny(reading, sending) == reading)
        {
            ReadResult more = await reading;
            received += more.Buffer.Length;
            reader.AdvanceTo(more.Buffer.End);
            reading = reader.ReadAsync(TestContext.CancellationToken).AsTask();
        }

        return received;
    }

    private protected static void Protect(string path, UnixFileMode mode = UnixFileMode.UserRead)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
    }

    private protected static void Flip(string path, int at)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = at;
        int value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 1));
    }

    private protected Descriptor Right() => new("application/x", Digest.Compute(_layer), _layer.Length);

    private protected Descriptor WrongDigest() => Right() with { Digest = Digest.Compute("another"u8) };

    private protected async Task<Api> ServeAsync(TempFolder temp)
    {
        await ChangedArchiveTests.WriteArchiveAsync(temp["a.tar"], _layer);
        return await ServedBench.ServeAsync(options => options with { Clock = s_later }, new ArchiveToServe(temp["a.tar"]));
    }

    private protected sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
