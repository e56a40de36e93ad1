using System.Text;
using System.Text.Json;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Objects are applied in order, and their outcomes reported.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ApplierTests : ApplierTestBase
{
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
            stringData: {auto: "yes"}
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
        // stringData silently overwrites data; a conflicting value in data is refused.
        Assert.AreEqual("eWVz", JsonElement.Parse(patches[1].Body).Text("data", "auto"));
        Assert.DoesNotContain("stringData", patches[1].Body);
    }

    [TestMethod]
    [DataRow("created", "Created")]
    [DataRow("unchanged", "Unchanged")]
    [DataRow("changed", "Changed")]
    public async Task TheOutcome_IsReportedTruthfully(string file, string expected)
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

    // A Namespace that names nothing but itself has no owner on record; the next apply writes one, and a new resource version.
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ANewRecordOfOwners_IsNoChange(bool isDry)
    {
        const string Path = "/api/v1/namespaces/packages";
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], "apiVersion: v1\nkind: Namespace\nmetadata: {name: packages}\n");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", Path, KubernetesAnswer.Recorded("server-1.20/namespace-without-owners.json"));
        server.On("PATCH", Path, KubernetesAnswer.Recorded("server-1.20/namespace-applied-again.json"));

        AppliedObject applied = (await ApplyAsync(server, folder.Path, isDry)).Single();

        Assert.AreEqual(ApplyOutcome.Unchanged, applied.Outcome);
    }

    [TestMethod]
    [DataRow("finalizers", """["example.com/hold"]""")]
    [DataRow("annotations", """{"a":"b"}""")]
    public async Task ADryRun_ReportsAChangeOfMetadata(string field, string value)
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], Repository);
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", RepositoryPath, KubernetesAnswer.Json(200, """{"metadata":{"name":"a"}}"""));
        server.On("PATCH", RepositoryPath, KubernetesAnswer.Json(200, $$$"""{"metadata":{"name":"a","{{{field}}}":{{{value}}}}}"""));

        AppliedObject applied = (await ApplyAsync(server, folder.Path, isDry: true)).Single();

        Assert.AreEqual(ApplyOutcome.Changed, applied.Outcome);
    }

    // The details of a refused Namespace name the Namespace, as those of a missing one do.
    [TestMethod]
    public async Task ADryRun_ReportsARefusedNamespace()
    {
        const string Path = "/api/v1/namespaces/packages";
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], "apiVersion: v1\nkind: Namespace\nmetadata: {name: packages}\n");
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("PATCH", Path, KubernetesAnswer.Recorded("server-1.20/namespace-forbidden.json"));

        AppliedObject applied = (await ApplyAsync(server, folder.Path, isDry: true)).Single();

        Assert.AreEqual(ApplyOutcome.Kept, applied.Outcome);
        Assert.AreEqual(ErrorCode.ClusterForbidden, applied.Warnings.Single().Code);
    }

    [TestMethod]
    [DataRow("webhook-denied", "denied the request", "A policy of the cluster refuses it")]
    [DataRow("secret-not-base64", "cannot read the manifest", "base64")]
    [DataRow("secret-value-quoted", ".data.password: expected string.", "Correct the field")]
    public async Task ARefusalOfTheManifest_IsOne_AndQuotesNoValue(string file, string message, string advice)
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], Repository);
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("PATCH", RepositoryPath, KubernetesAnswer.Recorded($"server-1.20/{file}.json"));

        Diagnostic failure = (await ApplyAsync(server, folder.Path)).Single().Failure!;

        Assert.AreEqual(ErrorCode.ObjectRefused, failure.Code);
        Assert.Contains(message, failure.Message);
        Assert.Contains(advice, failure.Advice);
        Assert.DoesNotContain("48151623", failure.Message, "it may be a password");
    }

    [TestMethod]
    public async Task AConversionThatFails_IsAFaultOfTheClustersWebhook()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], Repository);
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("PATCH", RepositoryPath, KubernetesAnswer.Recorded("server-1.20/conversion-failed.json"));

        Diagnostic failure = (await ApplyAsync(server, folder.Path)).Single().Failure!;

        Assert.AreEqual(ErrorCode.ClusterFault, failure.Code);
        Assert.Contains("A webhook of the cluster fails", failure.Advice);
    }

    [TestMethod]
    public async Task AnObjectThatAWebhookChanges_IsAWarning()
    {
        JsonElement exchange = KubernetesFixtures.Read("server-1.20/webhook-mutated.json");
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], exchange.GetProperty("request").Text("bodyText"));
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("PATCH", KubernetesFixtures.PathOf(exchange), KubernetesAnswer.Recorded(exchange));

        AppliedObject applied = (await ApplyAsync(server, folder.Path)).Single();

        Diagnostic warning = applied.Warnings.Single();
        Assert.AreEqual(ErrorCode.AppliedOtherwise, warning.Code);
        Assert.Contains("spec.fetch.imgpkgBundle.image", warning.Message);
        Assert.Contains("mutated.corp.com/x@sha256:", warning.Message);
    }

    // As a server writes them: in quotation marks, in UTF-8, whether it takes the object or not.
    [TestMethod]
    [DataRow(201, "unknown field \\\"spec.pausd\\\"", "unknown field \"spec.pausd\".")]
    [DataRow(422, "unknown field \\\"spec.pausd\\\"", "unknown field \"spec.pausd\".")]
    [DataRow(200, "policy: use C:\\\\a, für alle.", "policy: use C:\\a, für alle.")]
    public async Task AWarningOfTheCluster_IsOne_AsItIsWritten(int status, string header, string expected)
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], Repository);
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("PATCH", RepositoryPath, KubernetesAnswer.Json(status, "{}") with
        {
            Headers = new Dictionary<string, string> { ["Warning"] = $"299 - \"{header}\"" }
        });

        AppliedObject applied = (await ApplyAsync(server, folder.Path)).Single();

        Diagnostic warning = applied.Warnings.Single(each => each.Code == ErrorCode.ClusterWarning);
        Assert.AreEqual(
            $"PackageRepository packages/simple-package-repository: the cluster warns: {expected}", warning.Message);
        Assert.AreEqual(status != 422, applied.Failure is null);
    }

    [TestMethod]
    public async Task ADryRunThatAWebhookExcludes_IsNotTried()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], Repository);
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("PATCH", RepositoryPath, KubernetesAnswer.Json(
            400, """{"kind":"Status","message":"admission webhook \"images.policy.corp.com\" does not support dry run","code":400}"""));

        AppliedObject applied = (await ApplyAsync(server, folder.Path, isDry: true)).Single();

        Assert.AreEqual(ApplyOutcome.NotTried, applied.Outcome);
        Assert.IsNull(applied.Failure);
        Assert.AreEqual(ErrorCode.NotExamined, applied.Warnings.Single().Code);
    }

    [TestMethod]
    public async Task AnotherVersionOfAServedGroup_NamesTheServedOne()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.yml"], Repository.Replace("v1alpha1", "v1beta1", StringComparison.Ordinal));
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", "/apis/packaging.carvel.dev", KubernetesAnswer.Recorded("server-1.20/group-versions.json"));

        Diagnostic failure = (await ApplyAsync(server, folder.Path)).Single().Failure!;

        Assert.AreEqual(ErrorCode.KindNotServed, failure.Code);
        Assert.Contains("it serves packaging.carvel.dev/v1alpha1.", failure.Message);
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
    public async Task ADryRun_IsRequestedFromTheServer_AndReportsWhatItCannotTry()
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
    public async Task AnUnknownKind_IsLookedUp_AndAnUnservedOneIsReported()
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
    [DataRow("example.com/v1", "Thing", "things", false, 60, "Created")]
    [DataRow("example.com/v1", "Thing", "things", false, 0, "Failed", DisplayName = "one that is never served")]
    [DataRow("example.com/v1", "Thing", "things", true, 0, "NotTried", DisplayName = "a dry run")]
    [DataRow("packaging.carvel.dev/v1alpha1", "PackageRepository", "packagerepositories", false, 60, "Created")]
    [DataRow("secretgen.carvel.dev/v1alpha1", "SecretExport", "secretexports", true, 0, "NotTried")]
    public async Task AKindWhoseDefinitionIsAppliedToo_IsWaitedFor(
        string version, string kind, string plural, bool isDry, int patience, string expected)
    {
        using TempFolder folder = new();
        string group = version.Split('/')[0];
        File.WriteAllText(folder["a.yml"], $$"""
            apiVersion: {{version}}
            kind: {{kind}}
            metadata: {name: a}
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: {{plural}}.{{group}}}
            spec: {group: {{group}}, names: {kind: {{kind}}, plural: {{plural}}} }
            """);
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", "/apis/apiextensions.k8s.io/v1", KubernetesAnswer.Json(
            200, """{"resources":[{"name":"customresourcedefinitions","kind":"CustomResourceDefinition","namespaced":false}]}"""));
        server.On(
            "PATCH", $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{plural}.{group}", KubernetesAnswer.Json(201, "{}"));
        KubernetesAnswer none = new(404, "404 page not found\n"u8.ToArray(), "text/plain");
        server.On("GET", $"/apis/{version}", patience == 0 ? [none] : [none, KubernetesAnswer.Json(200, """{"resources":[]}"""),
            KubernetesAnswer.Json(
                200, $$"""{"resources":[{"name":"{{plural}}","kind":"{{kind}}","namespaced":true}]}""")]);
        server.On("PATCH", $"/apis/{version}/namespaces/packages/{plural}/a", KubernetesAnswer.Json(201, "{}"));
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
    [DataRow("apiVersion: a.io/v1\nkind: A\nmetadata: {name: a}\n---\napiVersion: a.io/v2\nkind: A\nmetadata: {name: a}\n",
        ErrorCode.InvalidObject, DisplayName = "one object in two versions")]
    [DataRow("apiVersion: v1\nkind: [\n", ErrorCode.InvalidObject)]
    [DataRow("", ErrorCode.InvalidObject)]
    [DataRow("apiVersion: packaging.carvel.dev/v1alpha1\nkind: PackageRepository\nmetadata: {name: a}\nspec: {syncPeriod: soon}\n",
        ErrorCode.MalformedSyncPeriod)]
    [DataRow("apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: other}\n", ErrorCode.InvalidObject)]
    public void AnInvalidManifest_IsOneError_BeforeAnyRequest(string text, ErrorCode code)
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

    [TestMethod]
    [DataRow("List", "v1", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "v1 ConfigMap a")]
    [DataRow("ConfigMapList", "v1", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "v1 ConfigMap a")]
    [DataRow("PackageRepositoryList", "packaging.carvel.dev/v1alpha1", "{metadata: {name: a}}",
        "packaging.carvel.dev/v1alpha1 PackageRepository a")]
    [DataRow("RoleList", "v1", "{apiVersion: x/v1, kind: SecretList, items: [{metadata: {name: a}}]}", "x/v1 Secret a")]
    public void AList_IsReplacedByItsObjects(string kind, string version, string item, string expected)
    {
        ManifestDocument document = ManifestDocument.Read(
            "a.yml", Encoding.UTF8.GetBytes($"apiVersion: {version}\nkind: {kind}\nitems: [{item}]\n")).Single();

        Assert.AreEqual(expected, $"{document.ApiVersion} {document.Kind} {document.Name}");
    }

    [TestMethod]
    public void AnObjectWhoseKindEndsInList_IsNoListWithoutItems()
    {
        ManifestDocument document = ManifestDocument.Read(
            "a.yml", "apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\nspec: {items: []}\n"u8).Single();

        Assert.AreEqual("AllowList", document.Kind);
    }
}
