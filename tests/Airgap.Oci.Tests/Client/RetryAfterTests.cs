using System.Globalization;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>Which responses are retried, and after which pause.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RetryAfterTests
{
    private static readonly byte[] s_bytes = Responses.ManifestBytes();

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task TheTimeAHostAsksForIsKeptByAllItsRequests()
    {
        ManualTime clock = new();
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        bool isBusy = true;
        server.OnRequest = async context =>
        {
            if (!Volatile.Read(ref isBusy))
            {
                await context.Manifest(s_bytes);
                return;
            }

            context.Response.Headers.RetryAfter = "7";
            await context.Error(429, "TOOMANYREQUESTS", "slow down");
        };
        RegistryClient client = test.Client(change: options => options with { TimeProvider = clock, RetryCount = 1 });
        IImageRepository repository = client.GetRepository(Naming.RepositoryName.Parse(RegistryTest.Local + "/a"));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => repository.FindManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.TooManyRequests, e.Code);
        Assert.AreEqual(0, client.LoadRefusals, "blobs are limited apart");

        Volatile.Write(ref isBusy, false);
        Task<Manifest?> other = client.GetRepository(Naming.RepositoryName.Parse(RegistryTest.Local + "/b")).FindManifestAsync("v2", None);
        await clock.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(7));
        Assert.HasCount(1, server.Lines);
        clock.Advance(TimeSpan.FromSeconds(7));
        Assert.IsNotNull(await other);
    }

    [TestMethod]
    [DataRow("7", 7)]
    [DataRow("3600", 60)]
    [DataRow("date", 20)]
    public async Task RetryAfterIsHonoured(string value, int seconds)
    {
        ManualTime clock = new();
        List<TimeSpan> waits = await WaitsAsync(
            clock, refusals: 1, status: 429,
            value == "date" ? clock.GetUtcNow().AddSeconds(20).ToString("R", CultureInfo.InvariantCulture) : value,
            static options => options);
        Assert.AreEqual(TimeSpan.FromSeconds(seconds), waits.Single());
    }

    [TestMethod]
    [DataRow("0")]
    [DataRow("Mon, 01 Jan 2001 00:00:00 GMT")]
    public async Task ARetryAfterOfNoPause_IsNoPauseAskedFor(string value)
    {
        List<TimeSpan> waits = await WaitsAsync(
            new ManualTime(), refusals: 3, status: 503, value,
            static options => options with { RetryCount = 5, RetryDelay = TimeSpan.FromSeconds(1) });
        Assert.IsGreaterThanOrEqualTo(TimeSpan.FromSeconds(3.5), waits.Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait),
            "1, 2 and 4 seconds, of which half is left to chance");
    }

    [TestMethod]
    [DataRow(408, 3)]
    [DataRow(425, 3)]
    [DataRow(500, 3)]
    [DataRow(502, 3)]
    [DataRow(499, 3)]
    [DataRow(504, 3)]
    [DataRow(520, 3)]
    [DataRow(522, 3)]
    [DataRow(501, 1)]
    [DataRow(400, 1)]
    [DataRow(418, 1)]
    public async Task OnlyPassingStatusesAreRetried(int status, int attempts)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Empty(status);
        await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().FindManifestAsync("v1", None));
        Assert.HasCount(attempts, server.Lines);
    }

    // The waits for a manifest that the registry refuses because of load before it serves it.
    private static async Task<List<TimeSpan>> WaitsAsync(
        ManualTime clock, int refusals, int status, string retryAfter, Func<RegistryOptions, RegistryOptions> change)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        int requests = 0;
        server.OnRequest = context =>
        {
            if (Interlocked.Increment(ref requests) > refusals)
                return context.Manifest(s_bytes);
            context.Response.Headers.RetryAfter = retryAfter;
            return context.Error(status, "UNAVAILABLE", "slow down");
        };
        RegistryClient client = test.Client(
            change: options => change(options) with { TimeProvider = clock, ResponseHeaderTimeout = TimeSpan.FromMinutes(10) });

        Task<Manifest?> find = client.GetRepository(Naming.RepositoryName.Parse(RegistryTest.Local + "/a")).FindManifestAsync("v1", None);
        List<TimeSpan> waits = await clock.AdvanceUntilDoneAsync(find, due => due <= TimeSpan.FromMinutes(5));

        Assert.IsNotNull(await find);
        Assert.AreEqual(refusals, client.Statistics.Retries);
        return waits;
    }
}
