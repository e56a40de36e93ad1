using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>A locations image only saves requests. If it cannot be read, for any reason, the run sends those requests.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class LocationsFailureTests : WireTestBase
{
    private const string Relocated = "mirror/nested-bundle";

    [TestMethod]
    [DataRow("drop")]
    [DataRow("drop after")]
    [DataRow("cut")]
    [DataRow("500")]
    [DataRow("429")]
    [DataRow("html")]
    public async Task ACopyAsksForTheImagesThemselves(string way)
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client(source);
        RelocationSource bundle = new RelocationSource.Bundle(ImageReference.Parse($"{Fixtures.Registry}/{Relocated}:v1.0.0"));
        foreach (bool isThere in (bool[])[false, true])
        {
            int failed = 0;
            source.OnRequest = destination.OnRequest = (request, _) =>
                IsLocations(request) && Interlocked.Increment(ref failed) > 0 ? Fail(way) : null;
            await CopyAsync(client, bundle, Repository(destination.Host, "apps/it"));
            Assert.IsPositive(failed);
            source.OnRequest = destination.OnRequest = null;
            await AssertGoldenAsync(destination.Host, "apps/it", "nested-bundle");
        }
    }

    [TestMethod]
    [DataRow("drop")]
    [DataRow("500")]
    public async Task APullAsksForTheImagesThemselves(string way)
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        using RegistryClient client = Client(source);
        using TempFolder folder = new();
        PullRequest request = new()
        {
            Source = new RelocationSource.Bundle(ImageReference.Parse($"{Fixtures.Registry}/{Relocated}:v1.0.0")),
            Recursive = true,
            StateFolder = folder["state"],
            Output = folder["with"],
        };
        PullResult with = await new Puller(client).PullAsync(request, Token);
        int failed = 0;
        source.OnRequest = (asked, _) => IsLocations(asked) && Interlocked.Increment(ref failed) > 0 ? Fail(way) : null;

        PullResult without = await new Puller(client).PullAsync(request with { Output = folder["without"] }, Token);

        Assert.IsPositive(failed);
        Assert.AreEqual(with.Files, without.Files);
        string images = Path.Combine(".imgpkg", "images.yml");
        Assert.AreEqual(await File.ReadAllTextAsync(Path.Combine(folder["with"], images), Token),
            await File.ReadAllTextAsync(Path.Combine(folder["without"], images), Token));
    }

    private static bool IsLocations(RecordedRequest request) =>
        request.Kind is RequestKind.ManifestGet or RequestKind.ManifestHead
            && request.PathAndQuery.Contains("image-locations", StringComparison.Ordinal);

    private static Fault Fail(string way) => way switch
    {
        "drop" => Fault.Drop(),
        "drop after" => Fault.DropAfter(),
        "cut" => Fault.CutBody(10),
        "html" => Fault.Status(200, "<html>Log in</html>"),
        _ => Fault.Status(int.Parse(way, System.Globalization.CultureInfo.InvariantCulture)),
    };
}
