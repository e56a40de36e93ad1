using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Peers;

/// <summary>oras against the registry: artifacts, referrers, and what it deletes.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class OrasTests
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    public async Task AnArtifactAndItsReferrers_TravelOutAndIn()
    {
        ClientProgram oras = new("oras", _folder);
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        string host = registry.Host;
        File.WriteAllText(_folder["a.json"], "{}");

        await oras.SucceedAsync(
            "push", "--plain-http", $"{host}/o/art:1", "--artifact-type", "application/vnd.x+json", "a.json:application/json");
        foreach (string kind in (string[])["example/sbom", "example/sig"])
            await oras.SucceedAsync("attach", "--plain-http", $"{host}/o/art:1", "--artifact-type", kind, "a.json:application/json");
        string digest = await oras.SucceedAsync("resolve", "--plain-http", $"{host}/o/art:1");
        await oras.SucceedAsync("cp", "-r", "--from-plain-http", $"{host}/o/art:1", "--to-oci-layout", "layout:1");
        await oras.SucceedAsync("cp", "-r", "--from-oci-layout", "layout:1", "--to-plain-http", $"{host}/o/copy:1");
        await oras.SucceedAsync("backup", "--plain-http", "--include-referrers", "--output", "b.tar", $"{host}/o/art:1");
        await oras.SucceedAsync("restore", "--plain-http", "--input", "b.tar", $"{host}/o/restored");

        foreach (string repository in (string[])["o/art", "o/copy", "o/restored"])
        {
            string all = await oras.SucceedAsync("discover", "--plain-http", $"{host}/{repository}@{digest}");
            string one = await oras.SucceedAsync(
                "discover", "--plain-http", "--artifact-type", "example/sig", $"{host}/{repository}@{digest}");
            Assert.Contains("example/sbom", all);
            Assert.Contains("example/sig", all);
            Assert.DoesNotContain("example/sbom", one);
            Assert.Contains("example/sig", one);
        }

        // The referrers came by the API, and oras had to write no tag for them.
        Assert.AreEqual("1", await oras.SucceedAsync("repo", "tags", "--plain-http", $"{host}/o/copy"));
        await oras.SucceedAsync("manifest", "delete", "-f", "--plain-http", $"{host}/o/copy@{digest}");
        (await oras.RunAsync("manifest", "fetch", "--plain-http", $"{host}/o/copy:1")).AssertFailed("not found");
        await oras.SucceedAsync("pull", "--plain-http", $"{host}/o/restored:1", "-o", "out");
        Assert.AreEqual("{}", File.ReadAllText(Path.Combine(_folder["out"], "a.json")));
    }

    [TestMethod]
    public async Task ABlob_IsPushedFetchedAndDeleted()
    {
        ClientProgram oras = new("oras", _folder);
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        byte[] bytes = new byte[3_000_000];
        Random.Shared.NextBytes(bytes);
        File.WriteAllBytes(_folder["blob"], bytes);
        string blob = $"{registry.Host}/o/blob@{RegistryWriter.DigestOf(bytes)}";

        await oras.SucceedAsync("blob", "push", "--plain-http", blob, "blob");
        await oras.SucceedAsync("blob", "fetch", "--plain-http", "-o", "fetched", blob);
        await oras.SucceedAsync("blob", "delete", "-f", "--plain-http", blob);

        Assert.AreSequenceEqual(bytes, File.ReadAllBytes(_folder["fetched"]));
        using RegistryContent content = new(registry.Address);
        Assert.IsFalse(await content.HasBlobAsync("o/blob", RegistryWriter.DigestOf(bytes)));
    }
}
