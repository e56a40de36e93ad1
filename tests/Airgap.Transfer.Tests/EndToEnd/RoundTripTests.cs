using Airgap.Oci.Client;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>
/// With high latency, a copy takes as long as its longest chain of sequential requests, however many others run in parallel.
/// </summary>
[TestClass]
[DoNotParallelize]
[TestCategory(TestKinds.Slow)]
public sealed class RoundTripTests : WireTestBase
{
    private const int Tries = 6;

    // High enough that no blob waits for its turn.
    private static readonly TransferOptions s_wide = new() { Concurrency = 32 };

    // Bundle, beside the ping; its config, layer and locations; images; platforms, and theirs; blob checks; blob uploads; manifests;
    // index, and its index; locations; tag.
    [TestMethod]
    public Task AColdCopyWaitsForTwelveRoundTrips() => AssertAsync(most: 12, async (source, destination, client, attempt) =>
        await CopyAsync(client, BundleSource("index-bundle"), Repository(destination.Host, $"apps/it{attempt}"), transfer: s_wide));

    // Bundle, beside the ping; its config and layer, the destination's locations, and the images that its tags name; platforms, and theirs;
    // all blobs, and the tag.
    [TestMethod]
    public Task ACopyOfWhatIsThereWaitsForFiveRoundTrips() => AssertAsync(
        most: 5,
        async (source, destination, client, _) =>
        Assert.IsTrue(
            (await CopyAsync(client, BundleSource("index-bundle"), Repository(destination.Host, "apps/it"), transfer: s_wide)).IsUpToDate),
        async (source, destination) =>
        {
            using RegistryClient client = Client(source);
            await CopyAsync(client, BundleSource("index-bundle"), Repository(destination.Host, "apps/it"));
        });

    [TestMethod]
    public Task AMountWaitsForElevenRoundTrips() => AssertAsync(most: 11, async (_, _, client, attempt) =>
        await CopyAsync(client, BundleSource("index-bundle"), Repository(Fixtures.Registry, $"new/place{attempt}"), transfer: s_wide));

    // Bundle, beside the ping; its config and layer; images; their configs and layers, beside the POSTs; blob uploads; manifests;
    // locations; tag. Tokens for reading, for the images' repositories and, beside the configs, for pushing come between.
    [TestMethod]
    [DataRow(false, 8)]
    [DataRow(true, 12)]
    public Task ASmallBundleIsCopiedInFewRoundTrips(bool hasTokens, int most) => AssertAsync(
        most,
        async (source, destination, client, attempt) =>
        await CopyAheadAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, $"apps/it{attempt}"), transfer: s_wide),
        hasTokens: hasTokens);

    // Bundle, beside the ping; all that it and the destination's tags name; all blobs, and the tag.
    [TestMethod]
    [DataRow(false, 3)]
    [DataRow(true, 5)]
    public Task ASmallBundleThatIsThereNeedsFewRoundTrips(bool hasTokens, int most) => AssertAsync(
        most,
        async (source, destination, client, _) =>
        Assert.IsTrue(
            (await CopyAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, "apps/it"), transfer: s_wide))
            .IsUpToDate),
        async (source, destination) =>
        {
            using RegistryClient client = Client(source);
            await CopyAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, "apps/it"));
        },
        hasTokens);

    [TestMethod]
    [DataRow(false, 8)]
    [DataRow(true, 12)]
    public Task ASmallBundleIsMountedInFewRoundTrips(bool hasTokens, int most) => AssertAsync(
        most,
        async (_, _, client, attempt) =>
        await CopyAsync(
            client, BundleSource("simple-app-bundle"), Repository(Fixtures.Registry, $"new/place{attempt}"), transfer: s_wide),
        hasTokens: hasTokens);

    private async Task AssertAsync(
        int most, Func<RegistryFixture, RegistryFixture, RegistryClient, int, Task> copy,
        Func<RegistryFixture, RegistryFixture, Task>? before = null, bool hasTokens = false)
    {
        await using TokenServer tokens = await TokenServer.StartAsync();
        RegistryFixtureOptions options = new() { Tokens = hasTokens ? tokens : null };
        await using RegistryFixture source = await RegistryFixture.StartAsync(options with { WithFixtures = true });
        await using RegistryFixture destination = await RegistryFixture.StartAsync(options);
        if (before is not null)
            await before(source, destination);
        IReadOnlyList<IReadOnlyList<string>> rounds = [];
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            await using RoundTrips clock = new(TimeSpan.FromMilliseconds(50 << attempt), source, destination);
            clock.Hold(tokens);
            using RegistryClient client = Client(source);
            await copy(source, destination, client, attempt);
            rounds = clock.Rounds;
            if (rounds.Count <= most)
            {
                TestContext.WriteLine(Text());
                return;
            }
        }

        Assert.Fail($"{rounds.Count} round trips, at most {most} expected:\n{Text()}");

        string Text() => string.Join("\n\n", rounds.Select(round => string.Join('\n', round)));
    }
}
