using System.Text.Json;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Placeholders of Secrets, and digests on new mirrors.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ApplierSecretTests : ApplierTestBase
{
    [TestMethod]
    public async Task APlaceholder_NeverOverwritesALiveSecret()
    {
        using TempFolder folder = new();
        JsonElement[] steps = [.. KubernetesFixtures.Exchanges(
            KubernetesFixtures.Read("apply/secret/filled-then-reapplied-stringData.json"))];
        File.WriteAllText(folder["a.yml"], steps[0].GetProperty("request").GetProperty("bodyText").GetString());
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", SecretPath, KubernetesAnswer.Of(KubernetesFixtures.Body(steps[1])));
        server.On("PATCH", SecretPath, KubernetesAnswer.Recorded(steps[^1]));

        AppliedObject applied = (await ApplyAsync(server, folder.Path)).Single();

        Assert.AreEqual(ApplyOutcome.Kept, applied.Outcome);
        Assert.AreEqual(ErrorCode.PlaceholderNotApplied, applied.Warnings.Single().Code);
        Assert.DoesNotContain(request => request.Method == "PATCH", server.Requests);
    }

    [TestMethod]
    public async Task APlaceholder_FilledDuringTheApply_IsAConflict_AndStays()
    {
        using TempFolder folder = new();
        JsonElement[] steps = [.. KubernetesFixtures.Exchanges(KubernetesFixtures.Read("apply/secret/filled-then-reapplied-data.json"))];
        File.WriteAllText(folder["a.yml"],
            "apiVersion: v1\nkind: Secret\nmetadata: {name: ph-string, namespace: packages}\nstringData: {password: REPLACE_ME}\n");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("PATCH", SecretPath,
            KubernetesAnswer.Recorded(steps.First(step => step.GetProperty("response").GetProperty("status").GetInt32() == 409)));

        AppliedObject applied = (await ApplyAsync(server, folder.Path)).Single();

        Assert.AreEqual(ApplyOutcome.Kept, applied.Outcome);
        Assert.DoesNotContain("force", server.Requests.Last().Query);
    }

    [TestMethod]
    public async Task APlaceholder_WhereTheLiveSecretMayNotBeRead_IsNotSent()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"],
            "apiVersion: v1\nkind: Secret\nmetadata: {name: ph-string, namespace: packages}\nstringData: {password: REPLACE_ME}\n");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", SecretPath, KubernetesAnswer.Recorded("apply/secret/forbidden-get.json"));

        AppliedObject applied = (await ApplyAsync(server, folder.Path)).Single();

        Assert.AreEqual(ApplyOutcome.Kept, applied.Outcome);
        Assert.HasCount(1, server.Requests);
    }

    [TestMethod]
    public async Task TheSameDigestOnANewMirror_IsReported()
    {
        using TempFolder folder = new();
        JsonElement[] patches = [
            .. KubernetesFixtures.Read("stories/update-same-digest-mirror-to-mirror.json").GetProperty("steps").EnumerateArray()
            .Where(step => step.TryGetProperty("exchange", out _)).Select(step => step.GetProperty("exchange"))
            .Where(exchange => exchange.GetProperty("request").GetProperty("method").GetString() == "PATCH")];
        File.WriteAllText(folder["a.yml"], patches[1].GetProperty("request").GetProperty("bodyText").GetString());
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", KubernetesFixtures.PathOf(patches[1]), KubernetesAnswer.Of(KubernetesFixtures.Body(patches[0])));
        server.On("PATCH", KubernetesFixtures.PathOf(patches[1]), KubernetesAnswer.Recorded(patches[1]));

        AppliedObject applied = (await ApplyAsync(server, folder.Path)).Single();

        Diagnostic warning = applied.Warnings.Single();
        Assert.AreEqual(ErrorCode.CachedMirror, warning.Code);
        Assert.Contains("kubectl -n update-same-digest-mirror-to-mirror delete packagerepository simple-package-repository",
            warning.Advice);
    }

    [TestMethod]
    [DataRow("before", DisplayName = "the change would be taken from the cache")]
    [DataRow("after", DisplayName = "the change was taken from the cache")]
    public async Task TheSameDigestOnANewMirror_IsFetchedAgain_OnRequest(string when)
    {
        using TempFolder folder = new();
        JsonElement story = KubernetesFixtures.Read("stories/update-same-digest-mirror-to-mirror.json");
        JsonElement[] patches = [.. story.GetProperty("steps").EnumerateArray()
            .Where(step => step.TryGetProperty("exchange", out _)).Select(step => step.GetProperty("exchange"))
            .Where(exchange => exchange.GetProperty("request").GetProperty("method").GetString() == "PATCH")];
        File.WriteAllText(folder["a.yml"], patches[1].GetProperty("request").GetProperty("bodyText").GetString());
        JsonElement live = KubernetesFixtures.Body(when == "before" ? patches[0] : story.GetProperty("get"));
        string path = KubernetesFixtures.PathOf(patches[1]);
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", path, KubernetesAnswer.Of(live), KubernetesAnswer.Of(live), KubernetesAnswer.Json(404, "{}"));
        server.On("DELETE", path, KubernetesAnswer.Of(live))
            .On("PATCH", path, KubernetesAnswer.Of(live), KubernetesAnswer.Json(201, KubernetesFixtures.Body(patches[1]).GetRawText()));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        Applier applier = new(client, "packages", isDry: false)
        {
            Refetches = true,
            Removal = new Removal(client) { FirstPause = TimeSpan.FromMilliseconds(10) }
        };

        AppliedObject applied = (await applier.ApplyAsync(
            ManifestReader.Read([folder.Path], "packages", isAsked: false), _ => { }, CancellationToken.None)).Single();

        Assert.AreSequenceEqual(
            new[] { "GET", "PATCH", "POST", "DELETE", "GET", "GET", "PATCH" }, [.. server.Requests.Select(request => request.Method)]);
        Assert.AreEqual(live.Text("metadata", "uid"), JsonElement.Parse(server.Requests.ElementAt(3).Body).Text("preconditions", "uid"));
        Assert.AreEqual(ApplyOutcome.Created, applied.Outcome);
        Assert.IsEmpty(applied.Warnings);
    }
}
