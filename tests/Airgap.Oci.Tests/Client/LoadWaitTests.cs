using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>Waits for an overloaded registry, on a simulated clock.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class LoadWaitTests
{
    private static readonly byte[] s_bytes = Responses.ManifestBytes("one");
    private readonly ManualTime _clock = new();

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    [DataRow(429)]
    [DataRow(502)]
    [DataRow(503)]
    public async Task ALoadRefusalIsWaitedOut(int status)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        DateTimeOffset begun = _clock.GetUtcNow();
        server.OnRequest = context => _clock.GetUtcNow() - begun < TimeSpan.FromSeconds(50)
            ? context.Empty(status) : context.Manifest(s_bytes);

        Task<Manifest?> find = Repository(test).FindManifestAsync("v1", None);
        List<TimeSpan> waits = await _clock.AdvanceUntilDoneAsync(find, wait => wait <= TimeSpan.FromSeconds(20));

        Assert.IsNotNull(await find);
        Assert.IsLessThan(30, server.Lines.Length, "the waits grow");
        Assert.IsTrue(waits.All(wait => wait <= Backoff.LongestOfLoad));
    }

    [TestMethod]
    [DataRow(429, ErrorCode.TooManyRequests)]
    [DataRow(503, ErrorCode.RegistryFailed)]
    public async Task TheWait_EndsAfterAMinute_AndNamesTheOption(int status, ErrorCode code)
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context => context.Empty(status);
        DateTimeOffset begun = _clock.GetUtcNow();
        Task<Manifest?> find = Repository(test).FindManifestAsync("v1", None);
        await _clock.AdvanceUntilDoneAsync(find, wait => wait <= TimeSpan.FromSeconds(20));

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => find);
        Assert.AreEqual(code, e.Code);
        Assert.Contains(AdviceTerms.LoadWait, e.Advice);
        TimeSpan taken = _clock.GetUtcNow() - begun;
        Assert.IsTrue(taken >= TimeSpan.FromSeconds(59) && taken <= TimeSpan.FromSeconds(80), taken.ToString());
    }

    [TestMethod]
    public async Task AnotherFailureIsCountedAsBefore()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Empty(500);
        Task<Manifest?> find = Repository(test).FindManifestAsync("v1", None);
        await _clock.AdvanceUntilDoneAsync(find, wait => wait <= TimeSpan.FromSeconds(20));
        await Assert.ThrowsExactlyAsync<AirgapException>(() => find);
        Assert.HasCount(3, server.Lines);
    }

    [TestMethod]
    public async Task AnOptionalRequest_IsSentOnce()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Empty(503);
        await Assert.ThrowsExactlyAsync<AirgapException>(() => Repository(test).Unretried.FindManifestAsync("v1", None));
        Assert.HasCount(1, server.Lines);
    }

    [TestMethod]
    public void AWaitGrowsToItsLimitAndIsNeverNone()
    {
        TimeSpan first = TimeSpan.FromMilliseconds(100);
        for (int failures = 1; failures < 100; failures++)
        {
            TimeSpan whole = TimeSpan.FromMilliseconds(Math.Min(10_000, 100 * Math.Pow(2, failures - 1)));
            TimeSpan wait = Backoff.Next(first, failures, TimeSpan.FromSeconds(10));
            Assert.IsTrue(wait <= whole && wait >= whole / 2, $"{failures}: {wait}");
        }
    }

    private IImageRepository Repository(RegistryTest test) => test.Repository(change: options => options with
    {
        TimeProvider = _clock,
        LoadWait = TimeSpan.FromMinutes(1),
        RetryDelay = TimeSpan.FromMilliseconds(100),
        ResponseHeaderTimeout = TimeSpan.FromMinutes(10),
    });
}
