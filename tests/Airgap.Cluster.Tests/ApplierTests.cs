using System.Text;
using System.Text.Json;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Objects are applied one by one, in an order that works, and nothing that is filled in is overwritten.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ApplierTests
{
    private const string Repository = """
        apiVersion: packaging.carvel.dev/v1alpha1
        kind: PackageRepository
        metadata: {name: simple-package-repository, namespace: packages}
        spec: {fetch: {imgpkgBundle: {image: "127.0.0.1:15000/apps/hello-repo@sha256:87e13a2375e6884c97a279d21fe7363e828052351c627f651dbc06371d65ad73"}}}
        """;

    private const string RepositoryPath =
        "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packagerepositories/simple-package-repository";
    private const string SecretPath = "/api/v1/namespaces/packages/secrets/ph-string";

    [TestMethod]
    public async Task TheOrder_IsTheClusters_AndEachRequestHasOneDocument()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], Repository + """

            ---
            apiVersion: secretgen.carvel.dev/v1alpha1
            kind: SecretExport
            metadata: {name: pull, namespace: packages}
            spec: {toNamespaces: ["*"]}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: pull, namespace: packages}
            stringData: {on: "yes"}
            """);
        File.WriteAllText(folder["z.yml"], "apiVersion: v1\nkind: Namespace\nmetadata: {name: packages}\n");
        File.WriteAllText(folder["kustomization.yaml"], "resources: [a.yml]\n");
        File.WriteAllText(folder["images.yml"], "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages: []\n");
        File.WriteAllText(folder["notes.txt"], "no manifest");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        foreach (string path in new[] { "/api/v1/namespaces/packages", "/api/v1/namespaces/packages/secrets/pull",
            "/apis/secretgen.carvel.dev/v1alpha1/namespaces/packages/secretexports/pull", RepositoryPath })
            server.On("PATCH", path, KubernetesAnswer.Json(201, """{"metadata":{"generation":1}}"""));

        IReadOnlyList<AppliedObject> applied = await ApplyAsync(server, folder.Path);

        KubernetesRequest[] patches = [.. server.Requests.Where(request => request.Method == "PATCH")];
        Assert.AreSequenceEqual(
            new[] { "Namespace", "Secret", "SecretExport", "PackageRepository" }, [.. applied.Select(each => each.Kind)]);
        Assert.IsTrue(applied.All(each => each.Outcome == ApplyOutcome.Created));
        Assert.IsTrue(patches.All(patch => patch is { ContentType: "application/apply-patch+yaml", Query: "?fieldManager=airgap" }));
        // stringData silently overwrites; the same as data conflicts.
        Assert.AreEqual("eWVz", JsonElement.Parse(patches[1].Body).Text("data", "on"));
        Assert.DoesNotContain("stringData", patches[1].Body);
    }

    [TestMethod]
    [DataRow("created", "Created")]
    [DataRow("unchanged", "Unchanged")]
    [DataRow("changed", "Changed")]
    public async Task WhatBecameOfIt_IsToldTruly(string file, string expected)
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], Repository);
        JsonElement patch = KubernetesFixtures.Exchanges(KubernetesFixtures.Read($"apply/packagerepository/{file}.json")).Last();
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("PATCH", RepositoryPath, KubernetesAnswer.Recorded(patch));
        JsonElement after = KubernetesFixtures.Body(patch);
        if (expected == "Unchanged")
            server.On("GET", RepositoryPath, KubernetesAnswer.Of(after));
        else if (expected == "Changed")
            server.On("GET", RepositoryPath,
                KubernetesAnswer.Of(KubernetesFixtures.Body(
                    KubernetesFixtures.Exchanges(KubernetesFixtures.Read("apply/packagerepository/created.json")).Last())));

        AppliedObject applied = (await ApplyAsync(server, folder.Path)).Single();

        Assert.AreEqual(expected, applied.Outcome.ToString());
    }

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
    public async Task APlaceholder_ThatSomebodyFilledMeanwhile_IsAConflictThatKeepsIt()
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
    public async Task ARefusal_DoesNotStopTheOthers_AndNamesItsPlace()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"],
            Repository + "\n---\n" + Repository.Replace("simple-package-repository", "other", StringComparison.Ordinal));
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("PATCH", RepositoryPath, KubernetesAnswer.Recorded("apply/packagerepository/conflict-two-fields.json"));
        server.On("PATCH", RepositoryPath.Replace("simple-package-repository", "other", StringComparison.Ordinal),
            KubernetesAnswer.Json(201, "{}"));

        IReadOnlyList<AppliedObject> applied = await ApplyAsync(server, folder.Path);

        Assert.AreEqual(ErrorCode.FieldConflict, applied[0].Failure!.Code);
        Assert.AreEqual(1, applied[0].Failure!.Location!.Line);
        Assert.Contains("\"kubectl\" over .spec.syncPeriod", applied[0].Failure!.Message);
        Assert.AreEqual(ApplyOutcome.Created, applied[1].Outcome);
    }

    [TestMethod]
    public async Task TheSameDigestOnANewMirror_IsNoticed()
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
    public async Task TheSameDigestOnANewMirror_IsFetchedAnew_WhereThatIsAsked(string when)
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
            .On("PATCH", path, KubernetesAnswer.Json(201, KubernetesFixtures.Body(patches[1]).GetRawText()));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        Applier applier = new(client, "packages", isDry: false)
        {
            Refetches = true,
            Removal = new Removal(client) { FirstPause = TimeSpan.FromMilliseconds(10) }
        };

        AppliedObject applied = (await applier.ApplyAsync(
            ManifestReader.Read([folder.Path], "packages", isAsked: false), _ => { }, CancellationToken.None)).Single();

        Assert.AreSequenceEqual(new[] { "GET", "DELETE", "GET", "GET", "PATCH" }, [.. server.Requests.Select(request => request.Method)]);
        Assert.AreEqual(live.Text("metadata", "uid"), JsonElement.Parse(server.Requests.ElementAt(1).Body).Text("preconditions", "uid"));
        Assert.AreEqual(ApplyOutcome.Created, applied.Outcome);
        Assert.IsEmpty(applied.Warnings);
    }

    [TestMethod]
    public async Task ADryRun_AsksForOne_AndSaysWhatItCannotTry()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"],
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: nowhere}\n---\n"
            + Repository.Replace("namespace: packages", "namespace: nowhere", StringComparison.Ordinal));
        await using FakeKubernetes server =
            (await FakeKubernetes.StartAsync()).Replay("apply/packagerepository/namespace-not-found-dry-run.json");
        server.On("PATCH", "/api/v1/namespaces/nowhere", KubernetesAnswer.Json(201, "{}"));

        IReadOnlyList<AppliedObject> applied = await ApplyAsync(server, folder.Path, isDry: true);

        Assert.AreEqual(ApplyOutcome.NotTried, applied[1].Outcome);
        Assert.IsTrue(server.Requests.Where(request => request.Method == "PATCH")
            .All(request => request.Query.Contains("dryRun=All", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task AnUnknownKind_IsLookedUp_AndOneThatIsNotServed_IsToldAsThat()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"],
            "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\n---\napiVersion: nobody.example/v1\nkind: Other\nmetadata: " +
            "{name: b}\n");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", "/apis/example.com/v1",
            KubernetesAnswer.Json(200,
                """{"resources":[{"name":"things/status","kind":"Thing","namespaced":false},{"name":"things","kind":"Thing","namespaced":false}]}"""));
        server.On("PATCH", "/apis/example.com/v1/things/a", KubernetesAnswer.Json(201, "{}"));

        IReadOnlyList<AppliedObject> applied = await ApplyAsync(server, folder.Path);

        Assert.AreEqual(ApplyOutcome.Created, applied[0].Outcome);
        Assert.AreEqual(ErrorCode.KindNotServed, applied[1].Failure!.Code);
    }

    [TestMethod]
    [DataRow(false, 5, "Created")]
    [DataRow(false, 0, "Failed", DisplayName = "one that is never served")]
    [DataRow(true, 0, "NotTried", DisplayName = "a dry run")]
    public async Task AKindWhoseDefinitionIsAppliedToo_IsWaitedFor(bool isDry, int patience, string expected)
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], """
            apiVersion: example.com/v1
            kind: Thing
            metadata: {name: a}
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: things.example.com}
            spec: {group: example.com, names: {kind: Thing, plural: things}}
            """);
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", "/apis/apiextensions.k8s.io/v1", KubernetesAnswer.Json(
            200, """{"resources":[{"name":"customresourcedefinitions","kind":"CustomResourceDefinition","namespaced":false}]}"""));
        server.On("PATCH", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com", KubernetesAnswer.Json(201, "{}"));
        KubernetesAnswer none = new(404, "404 page not found\n"u8.ToArray(), "text/plain");
        server.On("GET", "/apis/example.com/v1", patience == 0 ? [none] : [none, KubernetesAnswer.Json(200, """{"resources":[]}"""),
            KubernetesAnswer.Json(200, """{"resources":[{"name":"things","kind":"Thing","namespaced":true}]}""")]);
        server.On("PATCH", "/apis/example.com/v1/namespaces/packages/things/a", KubernetesAnswer.Json(201, "{}"));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });

        IReadOnlyList<AppliedObject> applied = await new Applier(client, "packages", isDry)
        {
            DefinitionLimit = TimeSpan.FromSeconds(patience)
        }.ApplyAsync(ManifestReader.Read([folder.Path], "packages", isAsked: false), _ => { }, CancellationToken.None);

        Assert.AreSequenceEqual(new[] { "Created", expected }, [.. applied.Select(each => each.Outcome.ToString())]);
    }

    [TestMethod]
    [DataRow("just text", ErrorCode.InvalidObject)]
    [DataRow("kind: X\nmetadata: {name: a}\n", ErrorCode.InvalidObject)]
    [DataRow("apiVersion: v1\nkind: Secret\n", ErrorCode.InvalidObject)]
    [DataRow("apiVersion: v1\nkind: Secret\nkind: Secret\nmetadata: {name: a}\n", ErrorCode.InvalidObject)]
    [DataRow("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: " +
        "packages}\n", ErrorCode.InvalidObject)]
    [DataRow("apiVersion: v1\nkind: [\n", ErrorCode.InvalidObject)]
    [DataRow("", ErrorCode.InvalidObject)]
    [DataRow("apiVersion: packaging.carvel.dev/v1alpha1\nkind: PackageRepository\nmetadata: {name: a}\nspec: {syncPeriod: soon}\n",
        ErrorCode.MalformedSyncPeriod)]
    [DataRow("apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: other}\n", ErrorCode.InvalidObject)]
    public void AFileThatIsNoManifest_IsOneError_BeforeAnythingIsSent(string text, ErrorCode code)
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], text);

        AirgapException failure =
            Assert.ThrowsExactly<AirgapException>(() => ManifestReader.Read([folder.Path], "packages", isAsked: true));

        Assert.AreEqual(code, failure.Code);
        Assert.Contains(folder.Path, failure.Message);
    }

    [TestMethod]
    public void Scalars_KeepTheirMeaning()
    {
        ManifestDocument document = ManifestDocument.Read("a.yml", Encoding.UTF8.GetBytes("""
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: a}
            data: {octal: "0777", number: 8080, big: 12345678901, truth: yes, text: "yes", nothing: ~, float: 0.1, date: 2026-01-01, long: |
              two
              lines
              }
            """.Replace(", long: |\n  two\n  lines\n  }", "}", StringComparison.Ordinal))).Single();

        Assert.AreEqual(
            """{"octal":"0777","number":8080,"big":12345678901,"truth":true,"text":"yes","nothing":null,"float":0.1,"date":"2026-01-01"}""",
            document.Object.Find("data")!.Value.GetRawText());
    }

    private static async Task<IReadOnlyList<AppliedObject>> ApplyAsync(FakeKubernetes server, string folder, bool isDry = false)
    {
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        return await new Applier(client, "packages", isDry).ApplyAsync(
            ManifestReader.Read([folder], "packages", isAsked: false), _ => { }, CancellationToken.None);
    }
}
