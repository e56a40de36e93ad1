using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Reporting;
using Airgap.TestKit;
using Airgap.Transfer.Keeping;

namespace Airgap.Publishing.Tests;

/// <summary>What a template sends to further repositories is kept there, so that pruning does not remove it.</summary>
[TestClass]
public sealed class KeptPlacesTests : IDisposable
{
    private const string Nested = Fixtures.Registry + "/mirror/nested-bundle:v1.0.0";
    private const string Template = "{registry}/{prefix}/{source.registry}/{source.repository}";

    private readonly FakeRegistry _registry = FakeRegistry.FromFixtures();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private PublishSettings Settings =>
        PublishItems.To("mirror.corp.com/far", _folder.Path) with { RepositoryTemplate = Template };

    [TestMethod]
    public async Task AReportKeepsThem()
    {
        foreach ((RepositoryName place, Digest[] there) in await FurtherAsync())
        {
            IReadOnlyList<KeptRoot> kept = KeptRelocation.Read(_folder["airgap/relocation.json"], place);
            Assert.IsEmpty(there.Except(kept.Select(root => root.Digest)));
            Assert.IsTrue(kept.All(root => root.HasUnknownTags), "the report lists no tags for them");
        }
    }

    [TestMethod]
    public async Task AProjectKeepsThem()
    {
        IReadOnlyDictionary<RepositoryName, Digest[]> further = await FurtherAsync();
        DeclaredProject project = new([PublishItems.Bundle(Nested)], null, Settings, []);
        foreach ((RepositoryName place, Digest[] there) in further)
        {
            IReadOnlyList<KeptRoot> kept = await ProjectRoots.FindAsync(project, place, _registry, CancellationToken.None);
            Assert.IsEmpty(there.Except(kept.Select(root => root.Digest)));
        }
    }

    // Each further repository, with the images that the report says are there.
    private async Task<IReadOnlyDictionary<RepositoryName, Digest[]>> FurtherAsync()
    {
        await new Publisher(_registry).RunAsync([PublishItems.Bundle(Nested)], Settings, CancellationToken.None);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(_folder["airgap/relocation.json"]));
        ILookup<RepositoryName, Digest> further = document.RootElement.GetProperty("items")[0].GetProperty("images").EnumerateArray()
            .SelectMany(image => image.TryGetProperty("alsoAt", out JsonElement also) ? also.EnumerateArray() : default)
            .Select(place => ImageReference.Parse(place.GetString()!))
            .ToLookup(place => place.Repository, place => place.Digest!.Value);
        Assert.IsNotEmpty(further);
        return further.ToDictionary(place => place.Key, place => place.ToArray());
    }
}
