using Airgap.Oci.Client;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>
/// Over a distance a copy takes as long as its longest chain of requests that wait for one another, however many there are beside it.
/// </summary>
[TestClass]
[DoNotParallelize]
[TestCategory(TestKinds.Slow)]
public sealed class RoundTripTests : WireTestBase
{
    private const int Tries = 6;

    // So that no blob waits for its turn.
    private static readonly TransferOptions s_wide = new() { Concurrency = 32 };

    // Ping; bundle; its config, layer and locations; images; platforms, and theirs; blobs asked for; blobs sent; manifests; index, and its
    // index; locations; tag.
    [TestMethod]
    public Task AColdCopyWaitsForThirteenRoundTrips() => AssertAsync(most: 13, async (source, destination, client, attempt) =>
        await CopyAsync(client, BundleSource("index-bundle"), Repository(destination.Host, $"apps/it{attempt}"), transfer: s_wide));

    // Ping; bundle; its config, layer and the destination's locations; what the locations say, beside the images; platforms; all blobs, and
    // the tag.
    [TestMethod]
    public Task ACopyOfWhatIsThereWaitsForSixRoundTrips() => AssertAsync(
        most: 6,
        async (source, destination, client, _) =>
        Assert.IsTrue(
            (await CopyAsync(client, BundleSource("index-bundle"), Repository(destination.Host, "apps/it"), transfer: s_wide)).IsUpToDate),
        async (source, destination) =>
        {
            using RegistryClient client = Client(source);
            await CopyAsync(client, BundleSource("index-bundle"), Repository(destination.Host, "apps/it"));
        });

    [TestMethod]
    public Task AMountWaitsForTwelveRoundTrips() => AssertAsync(most: 12, async (_, _, client, attempt) =>
        await CopyAsync(client, BundleSource("index-bundle"), Repository(Fixtures.Registry, $"new/place{attempt}"), transfer: s_wide));

    private async Task AssertAsync(
        int most, Func<RegistryFixture, RegistryFixture, RegistryClient, int, Task> copy,
        Func<RegistryFixture, RegistryFixture, Task>? before = null)
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        if (before is not null)
            await before(source, destination);
        IReadOnlyList<IReadOnlyList<string>> rounds = [];
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            await using RoundTrips clock = new(TimeSpan.FromMilliseconds(50 << attempt), source, destination);
            using RegistryClient client = Client(source);
            await copy(source, destination, client, attempt);
            rounds = clock.Rounds;
            if (rounds.Count <= most)
                return;
        }

        Assert.Fail(
            $"{rounds.Count} round trips, at most {most} expected:\n{string.Join("\n\n", rounds.Select(round => string.Join('\n', round)))}");
    }
}
