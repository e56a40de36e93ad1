using System.Diagnostics;
using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Kit;

/// <summary>The simulated latency is at least as given; benchmarks rely on it.</summary>
[TestClass]
[DoNotParallelize]
[TestCategory(TestKinds.Servers)]
public sealed class LatencyProxyTests
{
    [TestMethod]
    public async Task BytesPassAsTheyAreAndEachRoundTripTakesItsTime()
    {
        byte[] content = new byte[1_000_000];
        new Random(1).NextBytes(content);
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        await using LatencyProxy proxy = LatencyProxy.Start(registry.Port, TimeSpan.FromMilliseconds(100));
        using RegistryWriter writer = new(new Uri($"http://{proxy.Host}/"));
        long started = Stopwatch.GetTimestamp();
        Pushed pushed = await writer.PushBlobAsync("a", content);
        double took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        Assert.AreEqual(RegistryWriter.DigestOf(content), pushed.Digest);
        Assert.AreEqual(1, proxy.Connections);
        Assert.IsGreaterThanOrEqualTo(295, took, "a connection, a POST and a PUT");

        using HttpClient client = new();
        byte[] read = await client.GetByteArrayAsync($"http://{proxy.Host}/v2/a/blobs/{pushed.Digest}");
        Assert.AreSequenceEqual(content, read);
        Assert.AreEqual(2, proxy.Connections);
    }
}
