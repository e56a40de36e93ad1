using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Files;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Files;
using Airgap.Transfer.Sharing;

namespace Airgap.Transfer.Tests.Sharing;

[TestClass]
public sealed class SharedSourceTests : RelocatorTestBase
{
    private static readonly RepositoryName s_name = RepositoryName.Parse("source.corp.com/app");

    private SharedSource Shared(int readers) => new(Registry, new HashSet<RepositoryName>(), readers, Token);

    [TestMethod]
    public async Task ReadersAtAnySpeedGetTheSameBytesFromOneRequest()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Random random = new(seed);
            // Small blobs are kept in memory, larger ones in a file.
            byte[] bytes = new byte[seed % 4 == 0 ? random.Next(4 * 1024 * 1024, 5 * 1024 * 1024) : random.Next(1, 700_000)];
            random.NextBytes(bytes);
            Descriptor blob = new("", Registry.Get(s_name).AddBlob(bytes), bytes.Length);
            Registry.Calls.Clear();
            SharedSource source = Shared(3);
            await Task.WhenAll(Enumerable.Range(0, 3).Select(reader => Task.Run(
                async () =>
                {
                    Random own = new((seed * 10) + reader);
                    IBlobContent content = source.GetRepository(s_name).GetBlob(blob);
                    int offset = own.Next(2) == 0 ? 0 : own.Next(bytes.Length);
                    await using Stream stream = await content.OpenAsync(offset, Token);
                    byte[] read = new byte[bytes.Length - offset];
                    for (int at = 0; at < read.Length;)
                    {
                        int some = await stream.ReadAsync(read.AsMemory(at, Math.Min(own.Next(1, 100_000), read.Length - at)), Token);
                        Assert.IsPositive(some);
                        at += some;
                    }

                    Assert.IsTrue(read.AsSpan().SequenceEqual(bytes.AsSpan(offset)), $"seed {seed}");
                },
                Token)));
            Assert.HasCount(1, Registry.Calls, $"seed {seed}");
        }
    }

    [TestMethod]
    [DataRow(3)]
    [DataRow((4 * 1024 * 1024) + 1)]
    public async Task AFailureIsToldToAllAndAskedAgainByTheNext(int length)
    {
        byte[] content = [1, 2, 3, .. new byte[length - 3]];
        Descriptor blob = new("", Registry.Get(s_name).AddBlob(content), length);
        int asked = 0;
        Registry.Hook = (operation, _, _) => operation == "get-blob" && asked++ == 0
            ? throw new AirgapException(ErrorCode.RegistryFailed, "Broken.", "") : Task.CompletedTask;
        SharedSource source = Shared(2);
        IBlobContent shared = source.GetRepository(s_name).GetBlob(blob);
        Assert.AreEqual(ErrorCode.RegistryFailed, (await Assert.ThrowsExactlyAsync<AirgapException>(async () =>
        {
            await using Stream one = await shared.OpenAsync(0, Token);
            await one.ReadExactlyAsync(new byte[3], Token);
        })).Code);
        await using Stream two = await shared.OpenAsync(0, Token);
        byte[] bytes = new byte[3];
        await two.ReadExactlyAsync(bytes, Token);
        Assert.AreSequenceEqual(new byte[] { 1, 2, 3 }, bytes);
        Assert.AreEqual(2, asked);
    }

    [TestMethod]
    public async Task ContentOfASingleReader_IsNotKept()
    {
        SharedSource source = Shared(2);
        byte[] bytes = new byte[(4 * 1024 * 1024) + 1];
        List<Descriptor> blobs = [];
        for (int i = 0; i < 40; i++)
        {
            bytes[0] = (byte)i;
            blobs.Add(new Descriptor("", Registry.Get(s_name).AddBlob([.. bytes]), bytes.Length));
            await using Stream stream = await source.GetRepository(s_name).GetBlob(blobs[^1]).OpenAsync(0, Token);
            await stream.CopyToAsync(Stream.Null, Token);
        }

        foreach (Descriptor blob in Enumerable.Reverse(blobs))
        {
            await using Stream stream = await source.GetRepository(s_name).GetBlob(blob).OpenAsync(0, Token);
            using MemoryStream read = new();
            await stream.CopyToAsync(read, Token);
            Assert.AreEqual(blobs.IndexOf(blob), read.GetBuffer()[0]);
        }

        Assert.HasCount(48, Registry.Calls, "the eight oldest were fetched again");
    }

    // The last reader of another blob may free it, on another thread, at any moment while it has no reader.
    [TestMethod]
    public async Task WhatWasFreedIsNotOpened()
    {
        byte[] bytes = [1, 2, 3];
        SharedDownload download = SharedDownload.Begin(
            new MemoryBlobContent(new Descriptor("", Digest.Compute(bytes), bytes.Length), bytes), 2, new IdleDownloads(), Token);
        await using (Stream first = download.OpenFirst(0, bytes.Length))
            await first.CopyToAsync(Stream.Null, Token);
        await using (Stream second = download.TryOpen(0, bytes.Length)!)
            download.Free();
        download.Free();
        Assert.IsNull(download.TryOpen(0, bytes.Length));
    }

    // Its readers read no further than the blob's length, or end early, and the download ends after them.
    [TestMethod]
    [DataRow(1, 3, DisplayName = "read to its length by its only reader")]
    [DataRow(2, 1, DisplayName = "left early, and the oldest of too many")]
    public async Task WhatIsFreedWhileItArrives_IsFreedAtItsEnd(int readers, int read)
    {
        byte[] bytes = [1, 2, 3];
        TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        SharedDownload download = SharedDownload.Begin(
            new LateEnd(new Descriptor("", Digest.Compute(bytes), bytes.Length), bytes, end.Task), readers, new IdleDownloads(), Token);
        await using (Stream first = download.OpenFirst(0, bytes.Length))
            await first.ReadExactlyAsync(new byte[read], Token);
        download.Free();
        await using (Stream again = download.TryOpen(0, bytes.Length)!)
            await again.ReadExactlyAsync(new byte[1], Token);
        download.Free();
        end.SetResult();
        await download.Ended.WaitAsync(Token);
        Assert.IsNull(download.TryOpen(0, bytes.Length), "its space was freed");
    }

    private sealed class LateEnd(Descriptor descriptor, byte[] bytes, Task end) : IBlobContent
    {
        public Descriptor Descriptor => descriptor;

        public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) =>
            new(new PrefixedStream(bytes, new EndStream(end)));
    }

    private sealed class EndStream(Task end) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer) => ReadByWaiting(buffer);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await end.WaitAsync(cancellationToken);
            return 0;
        }
    }

    [TestMethod]
    public async Task ACancelledReader_LeavesTheResultToTheOthers()
    {
        FakeRepository repository = Registry.Get($"{Fixtures.Registry}/user1/simple-app-bundle");
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Registry.Hook = (_, _, _) => answer.Task;
        IImageRepository shared = Shared(2).GetRepository(repository.Name);
        using CancellationTokenSource impatient = new();
        Task<Manifest?> one = shared.FindManifestAsync("v1.0.0", impatient.Token);
        Task<Manifest?> two = shared.FindManifestAsync("v1.0.0", Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => one);
        answer.SetResult();
        Assert.AreEqual(repository.Tags["v1.0.0"], (await two)!.Digest);
        Assert.HasCount(1, Registry.Calls);
    }

    [TestMethod]
    public void ADestinationIsAskedByEach()
    {
        SharedSource source = new(Registry, new HashSet<RepositoryName> { s_name }, 2, Token);
        Assert.AreSame(Registry.Get(s_name), source.GetRepository(s_name));
    }
}
