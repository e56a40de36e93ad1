using System.Text.Json;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>A PackageRepository is deleted for a new fetch only if it can be recreated, and a missing one is never kept quiet.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RefetchTests
{
    private const string Refused = """{"kind":"Status","status":"Failure","message":"exceeded quota: q","code":403}""";
    private readonly JsonElement[] _patches = [.. KubernetesFixtures.Read("stories/update-same-digest-mirror-to-mirror.json")
        .GetProperty("steps").EnumerateArray().Where(step => step.TryGetProperty("exchange", out _))
        .Select(step => step.GetProperty("exchange"))
        .Where(exchange => exchange.GetProperty("request").GetProperty("method").GetString() == "PATCH")];

    private JsonElement Live => KubernetesFixtures.Body(_patches[0]);

    private string Place => KubernetesFixtures.PathOf(_patches[1]);

    [TestMethod]
    public async Task ARefusedTrial_DeletesNothing()
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", Place, KubernetesAnswer.Of(Live)).On("PATCH", Place, KubernetesAnswer.Json(403, Refused));

        Diagnostic failure = (await ApplyAsync(server)).Failure!;

        Assert.AreEqual(ErrorCode.ObjectRefused, failure.Code);
        Assert.DoesNotContain("missing now", failure.Message);
        Assert.AreSequenceEqual(new[] { "GET", "PATCH" }, [.. server.Requests.Select(request => request.Method)]);
        Assert.Contains("dryRun=All", server.Requests.Last().Query);
    }

    [TestMethod]
    public async Task WithoutTheRightToCreate_NothingIsDeleted()
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", Place, KubernetesAnswer.Of(Live)).On("PATCH", Place, KubernetesAnswer.Of(Live));
        server.On("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            KubernetesAnswer.Json(201, """{"kind":"SelfSubjectAccessReview","status":{"allowed":false}}"""));

        Diagnostic failure = (await ApplyAsync(server)).Failure!;

        Assert.AreEqual(ErrorCode.ClusterForbidden, failure.Code);
        Assert.Contains("may not create it", failure.Message);
        JsonElement asked = JsonElement.Parse(server.Requests.Last().Body);
        Assert.AreEqual("create", asked.Text("spec", "resourceAttributes", "verb"));
        Assert.AreEqual("packagerepositories", asked.Text("spec", "resourceAttributes", "resource"));
        Assert.DoesNotContain(request => request.Method == "DELETE", server.Requests);
    }

    [TestMethod]
    public async Task ARefusalAfterTheDeletion_SaysWhatIsMissing()
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", Place, KubernetesAnswer.Of(Live), KubernetesAnswer.Json(404, "{}")).On("DELETE", Place, KubernetesAnswer.Of(Live))
            .On("PATCH", Place, KubernetesAnswer.Of(Live), KubernetesAnswer.Json(403, Refused));

        Diagnostic failure = (await ApplyAsync(server)).Failure!;

        Assert.Contains("exceeded quota", failure.Message);
        Assert.EndsWith("It was deleted in order to recreate it, and is missing now.", failure.Message);
        Assert.Contains("Apply it again", failure.Advice);
    }

    [TestMethod]
    [DataRow(true, "its finalizers (example.com/hold) still hold it")]
    [DataRow(false, "whether it still exists is unknown")]
    public async Task ADeletionThatDoesNotEnd_IsReported_WithItsReason(bool isShown, string why)
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        string held = Live.GetRawText().Replace("\"metadata\":{", "\"metadata\":{\"finalizers\":[\"example.com/hold\"],",
            StringComparison.Ordinal);
        server.On(
            "GET", Place, KubernetesAnswer.Of(Live), isShown ? KubernetesAnswer.Json(200, held) : KubernetesAnswer.Json(403, Refused));
        server.On("DELETE", Place, KubernetesAnswer.Of(Live)).On("PATCH", Place, KubernetesAnswer.Of(Live));

        Diagnostic failure = (await ApplyAsync(server, TimeSpan.FromMilliseconds(100))).Failure!;

        Assert.AreEqual(ErrorCode.ObjectDeleting, failure.Code);
        Assert.Contains("was deleted in order to recreate it, and was not recreated", failure.Message);
        Assert.Contains(why, failure.Message);
    }

    private async Task<AppliedObject> ApplyAsync(FakeKubernetes server, TimeSpan? limit = null)
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], _patches[1].GetProperty("request").GetProperty("bodyText").GetString());
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        Applier applier = new(client, "packages", isDry: false)
        {
            Refetches = true,
            Removal = new Removal(client) { FirstPause = TimeSpan.FromMilliseconds(10), Limit = limit ?? TimeSpan.FromMinutes(2) },
        };
        return (await applier.ApplyAsync(
            ManifestReader.Read([folder.Path], "packages", isAsked: false), _ => { }, CancellationToken.None)).Single();
    }
}
