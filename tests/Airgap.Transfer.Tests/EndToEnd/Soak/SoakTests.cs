using System.Globalization;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Transfer.Tests.EndToEnd.Soak;

/// <summary>
/// Seeded schedules of faults on the three routes. AIRGAP_SOAK_RUNS sets the number of seeds (default 60, of three runs each);
/// AIRGAP_SOAK_SEED repeats one.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class SoakTests
{
    private const int OrdinarySeeds = 60;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task EveryRunIsRightOrEndsInAnErrorThatCanBeResumed()
    {
        int? only = Number("AIRGAP_SOAK_SEED");
        IEnumerable<int> seeds = only is { } seed ? [seed] : Enumerable.Range(1, Number("AIRGAP_SOAK_RUNS") ?? OrdinarySeeds);
        SoakTotals totals = new();
        List<string> wrong = [];
        await using TokenServer tokens = await TokenServer.StartAsync();
        await Task.WhenAll(Enum.GetValues<SoakRoute>().Select(async route =>
        {
            await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
            await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
            foreach (int one in seeds)
            {
                try
                {
                    await new SoakRun(one, route, source, destination, tokens, totals, TestContext.CancellationToken).RunAsync();
                }
                catch (Exception e) when (!TestContext.CancellationToken.IsCancellationRequested)
                {
                    lock (wrong)
                        wrong.Add($"AIRGAP_SOAK_SEED={one} {route}: {e}");
                }
            }
        }));
        TestContext.WriteLine(totals.ToString());
        Assert.IsEmpty(wrong, $"{wrong.Count} of {totals.Runs} runs went wrong. {string.Join(Environment.NewLine, wrong.Take(5))}");
        if (only is null)
        {
            Assert.IsGreaterThan(totals.Runs, totals.Faults, "Too little went wrong to show anything.");
            Assert.IsGreaterThan(totals.Runs, (int)totals.Retries, "Too little was tried again to show anything.");
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;
}
