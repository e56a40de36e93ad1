using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Files;
using Airgap.Transfer.Sessions;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>
/// Large blobs over lines that break, to the embedded registry and to docker-registry, within a run and across runs.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class CutUploadTests : WireTestBase
{
    private const int Chunk = 1024 * 1024;
    private const string Name = "apps/large";
    private static readonly byte[] s_bytes = Random(6 * Chunk);

    [TestMethod]
    public async Task TheEmbeddedRegistryGoesOnAfterEveryCut()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();

        await using CuttingProxy proxy = new(registry.Address, _ => (1_700_000, long.MaxValue));
        using RegistryClient client = Client();
        await PushAsync(client, proxy.Host, Token);
        await AssertThereAsync(registry.Host);
        Assert.IsGreaterThan(1, proxy.Cuts);
        long taken = registry.Requests.Where(request => request.Kind is RequestKind.UploadPut or RequestKind.UploadPatch)
            .Sum(request => request.RequestBytes);
        Assert.IsLessThanOrEqualTo(s_bytes.Length + (proxy.Cuts * 256L * 1024), taken);
        Assert.HasCount(1, registry.Of(RequestKind.UploadPost));
    }

    [TestMethod]
    public async Task DockerRegistryForgetsACutSessionAndStillEndsRight()
    {
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        await using CuttingProxy proxy = new(registry.Address, number => (number < 3 ? 2_500_000 : long.MaxValue, long.MaxValue));
        using RegistryClient client = Client();
        await PushAsync(client, proxy.Host, Token);
        await AssertThereAsync(registry.Host);
        Assert.IsGreaterThan(0, proxy.Cuts);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task TheNextRunSendsOnlyWhatTheAnsweredChunksLack(bool docker)
    {
        await using DockerRegistry? real = docker ? await DockerRegistry.StartAsync() : null;
        await using RegistryFixture? embedded = docker ? null : await RegistryFixture.StartEmptyAsync();
        string host = real?.Host ?? embedded!.Host;
        using TempFolder folder = new();
        using (RegistryClient client = Client(folder))
        using (CancellationTokenSource killed = CancellationTokenSource.CreateLinkedTokenSource(Token))
        {
            // Ends between two chunks, like a killed process: the blob never supplies its next bytes.
            await Assert.ThrowsAsync<OperationCanceledException>(() => client.GetRepository(RepositoryName.Parse($"{host}/{Name}"))
                .PushBlobAsync(new Content(s_bytes, stopAt: 3 * Chunk, killed), null, null, killed.Token));
        }

        Assert.HasCount(1, Directory.GetFiles(folder["uploads"]));
        using RegistryClient next = Client(folder);
        await PushAsync(next, host, Token);
        await AssertThereAsync(host);
        Assert.IsEmpty(Directory.GetFiles(folder["uploads"]));
        Assert.AreEqual(0, next.Statistics.UploadPosts);
        Assert.AreEqual(3 * Chunk, next.Statistics.BytesSent);
    }

    /// <summary>A connection that ends at any byte of any request or response.</summary>
    [TestMethod]
    public async Task ACutAtAnyByteEndsWithTheSameRepository()
    {
        int runs = int.TryParse(Environment.GetEnvironmentVariable("AIRGAP_CUT_RUNS"), out int given) ? given : 6;
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        for (int seed = 1; seed <= runs; seed++)
        {
            Random random = new(seed);
            await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
            await using CuttingProxy from = new(source.Address, Lives(random));
            await using CuttingProxy to = new(destination.Address, Lives(random));
            using RegistryClient client = new(
                new RegistryOptions
                {
                    RetryCount = 12,
                    RetryDelay = TimeSpan.FromMilliseconds(1),
                    ResponseHeaderTimeout = TimeSpan.FromSeconds(60),
                    MapEndpoint = (host, port) => host == "registry.local"
                    ? ("127.0.0.1", int.Parse(from.Host.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)) : (host, port),
                },
                CredentialSources.CreateDefault(
                    new CredentialOptions { Anonymous = true, Environment = new Dictionary<string, string>() }));
            try
            {
                await CopyAsync(client, BundleSource("simple-app-bundle"), Repository(to.Host, "apps/it"));
            }
            catch (AirgapException e)
            {
                Assert.Fail($"seed {seed}: {e.Message}");
            }

            Assert.IsGreaterThan(0, from.Cuts, $"seed {seed}");
            Assert.IsGreaterThan(0, to.Cuts, $"seed {seed}");
            await AssertGoldenAsync(destination.Host, "apps/it", "simple-app-bundle");
        }

        // The first connection ends within its first request or response, however few others are opened; one has no limit, so that
        // some content arrives; of the rest, most end early.
        static Func<int, (long, long)> Lives(Random random) => number =>
        {
            lock (random)
            {
                if (number == 1 || (number > 1 && random.Next(4) == 0))
                    return (long.MaxValue, long.MaxValue);
                long bytes = random.Next(1, number == 0 ? 100 : 6000);
                return random.Next(2) == 0 ? (bytes, long.MaxValue) : (long.MaxValue, bytes);
            }
        };
    }

    private static byte[] Random(int count)
    {
        byte[] bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static RegistryClient Client(TempFolder? folder = null) => new(
        new RegistryOptions
        {
            UploadChunkBytes = Chunk,
            UploadSessions = folder is null ? null : new UploadSessionFiles(folder["uploads"]),
            RetryDelay = TimeSpan.FromMilliseconds(1),
            ResponseHeaderTimeout = TimeSpan.FromSeconds(60),
        },
        CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true, Environment = new Dictionary<string, string>() }));

    private static async Task PushAsync(RegistryClient client, string host, CancellationToken cancellationToken) => Assert.AreEqual(
        BlobOutcome.Copied,
        await client.GetRepository(RepositoryName.Parse($"{host}/{Name}"))
        .PushBlobAsync(new MemoryBlobContent(Descriptor, s_bytes), null, null, cancellationToken));

    private static Descriptor Descriptor => new("application/octet-stream", Digest.Compute(s_bytes), s_bytes.Length);

    private static async Task AssertThereAsync(string host)
    {
        using RegistryContent content = RegistryContent.At(host);
        Assert.AreSequenceEqual(s_bytes, await content.BlobAsync(Name, Descriptor.Digest.ToString()));
    }

    /// <summary>A blob whose process ends after it has supplied that many bytes.</summary>
    private sealed class Content(byte[] bytes, long stopAt, CancellationTokenSource end) : IBlobContent
    {
        public Descriptor Descriptor => CutUploadTests.Descriptor;

        public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) =>
            ValueTask.FromResult<Stream>(
                new Ending(new MemoryStream(bytes, (int)offset, bytes.Length - (int)offset), stopAt - offset, end));
    }

    private sealed class Ending(Stream inner, long stopAt, CancellationTokenSource end) : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (inner.Position >= stopAt)
            {
                await end.CancelAsync();
                end.Token.ThrowIfCancellationRequested();
            }

            return await inner.ReadAsync(buffer, cancellationToken);
        }
    }
}
