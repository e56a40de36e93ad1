using System.Runtime;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests.Running;

/// <summary>Deferring the garbage collector has no other effect, and ends.</summary>
[TestClass]
[DoNotParallelize]
public sealed class UncollectedStartTests
{
    [TestMethod]
    public async Task TheDeferral_EndsWithTheWork()
    {
        Assert.AreEqual(7, await UncollectedStart.RunAsync(() => UncollectedStart.RunAsync(() => Task.FromResult(7))));
        await Assert.ThrowsExactlyAsync<IOException>(() => UncollectedStart.RunAsync<int>(() => throw new IOException()));
        await UncollectedStart.RunAsync(() =>
        {
            // Allocates more than the limit for deferring.
            byte[][] much = [.. Enumerable.Range(0, 64).Select(_ => new byte[1024 * 1024])];
            return Task.FromResult(much.Length);
        });
        Assert.AreNotEqual(GCLatencyMode.NoGCRegion, GCSettings.LatencyMode);
    }
}
