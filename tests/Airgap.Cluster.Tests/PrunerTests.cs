using System.Text.Json;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Cluster.Pruning;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Pruning deletes exactly the objects of an earlier apply that the manifests no longer contain.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class PrunerTests
{
    private const string InventoriesPath = "/api/v1/namespaces/packages/configmaps";
    private const string InventoryPath = InventoriesPath + "/airgap-inventory-app";
    private const string Repositories = "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packagerepositories";
    private const string OldPath = Repositories + "/old";
    private const string Line = "packaging.carvel.dev/v1alpha1 PackageRepository packages";
    private static readonly string s_ours =
        Fields(("airgap", "Apply", "f:spec"), ("kapp-controller", "Update", "f:metadata"), ("kapp-controller", "Update", "f:status"));
    private readonly List<AppliedObject> _told = [];

    [TestMethod]
    public async Task TheFirstRun_RecordsWhatItMade_AndRemovesNothing()
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("POST", InventoriesPath, KubernetesAnswer.Json(201, """{"metadata":{"resourceVersion":"1"}}"""));

        await PruneAsync(server,
            [Applied("new", "n1", ApplyOutcome.Created),
                Applied("theirs", "t1", ApplyOutcome.Changed, Fields(("kubectl-client-side-apply", "Update", "f:spec")))]);

        JsonElement written = JsonElement.Parse(server.Requests.Last().Body);
        Assert.AreEqual($"{Line} new n1\n", written.Text("data", "objects"), "what was there before is nobody's to remove");
        Assert.AreEqual("airgap", written.Text("metadata", "labels", "app.kubernetes.io/managed-by"));
        Assert.IsNull(written.Text("metadata", "resourceVersion"));
        Assert.AreEqual("ConfigMap packages/airgap-inventory-app Created", Words(_told.Single()));
    }

    // Of a ServiceAccount or an empty ConfigMap, the cluster's records do not show who created it.
    [TestMethod]
    [DataRow("", "")]
    [DataRow(""","type":"Opaque" """, "old o1")]
    public async Task AnObjectWithNothingButMetadata_IsRecordedOnlyByTheApplyThatCreatesIt(string more, string recorded)
    {
        await using FakeKubernetes server = await StartAsync($"{Line} new n1");
        AppliedObject found = Applied("old", "o1", ApplyOutcome.Changed) with
        {
            After = JsonElement.Parse(
                $$$"""{"metadata":{"uid":"o1","managedFields":{{{Fields(("airgap", "Apply", "f:metadata"), ("kubectl-create", "Update", "f:metadata"))}}}}{{{more}}}}""")
        };

        await PruneAsync(server, [found, Applied("new", "n1", ApplyOutcome.Unchanged)]);

        Assert.AreEqual(
            recorded.Length == 0 ? "" : $"{Line} new n1\n{Line} {recorded}\n",
            server.Requests.SingleOrDefault(request => request.Method == "PATCH") is { } write
                ? JsonElement.Parse(write.Body).Text("data", "objects") : "");
    }

    // kubectl's annotation may be all that a client-side apply owns.
    [TestMethod]
    public async Task AnObjectThatKubectlApplies_IsNobodysToRecord_AndKept()
    {
        const string Theirs = """
            [{"manager":"airgap","operation":"Apply","fieldsV1":{"f:spec":{}}},
             {"manager":"kubectl-client-side-apply","operation":"Update","fieldsV1":{"f:metadata":{"f:annotations":{".":{},
              "f:kubectl.kubernetes.io/last-applied-configuration":{}}}}}]
            """;
        await using FakeKubernetes server = await StartAsync($"{Line} new n1", $"{Line} old o1");
        server.On("GET", OldPath, Live("o1", Theirs));

        await PruneAsync(
            server, [Applied("new", "n1", ApplyOutcome.Unchanged), Applied("other", "t1", ApplyOutcome.Changed, Theirs)]);

        Assert.IsFalse(server.Requests.Any(request => request.Method is "DELETE" or "PATCH"));
        Assert.Contains("kubectl-client-side-apply owns fields of it", _told.Single().Warnings.Single().Message);
    }

    // Whether it created the inventory or changed it: what it recorded is not overwritten.
    [TestMethod]
    [DataRow("POST")]
    [DataRow("PATCH")]
    public async Task AnotherApplyMeanwhile_IsAConflict_AndNothingIsRemoved(string method)
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        if (method == "PATCH")
            Recorded(server, $"{Line} old o1", $"{Line} new n1");
        server.On("GET", OldPath, Live("o1", s_ours));
        server.On(method, method == "POST" ? InventoriesPath : InventoryPath, KubernetesAnswer.Json(409, "{}"));

        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => PruneAsync(server, [Applied("new", "n2", ApplyOutcome.Created)]));

        Assert.AreEqual(ErrorCode.FieldConflict, failure.Code);
        Assert.Contains("another apply with this name wrote it meanwhile", failure.Message);
        Assert.DoesNotContain(request => request.Method == "DELETE", server.Requests);
    }

    // A placeholder that a filled-in Secret keeps out, or a Namespace that this user may not apply.
    [TestMethod]
    public async Task AnObjectThatWasLeftAsItIs_StaysRecorded()
    {
        await using FakeKubernetes server = await StartAsync($"{Line} left l1", $"{Line} new n1");

        await PruneAsync(
            server, [Applied("new", "n1", ApplyOutcome.Unchanged), Applied("left", "", ApplyOutcome.Kept) with { After = null }]);

        Assert.IsFalse(server.Requests.Any(request => request.Method != "GET"), "the inventory is right as it is");
    }

    [TestMethod]
    public async Task ARunThatFails_RecordsWhatItMade()
    {
        await using FakeKubernetes server = await StartAsync($"{Line} old o1", $"{Line} refused r1");
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        Inventory inventory = await Inventory.LoadAsync(client, "packages", "app", CancellationToken.None);

        await new Pruner(client, inventory, isDry: false).RecordAsync(
            [Applied("new", "n1", ApplyOutcome.Created), Applied("refused", "", ApplyOutcome.Failed) with { After = null }], _told.Add,
            CancellationToken.None);

        JsonElement written = JsonElement.Parse(server.Requests.Single(request => request.Method == "PATCH").Body);
        Assert.AreEqual($"{Line} new n1\n{Line} old o1\n{Line} refused r1\n", written.Text("data", "objects"));
        Assert.IsFalse(server.Requests.Any(request => request.Method == "DELETE"));
    }

    // Lost the cluster, or was stopped.
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ARunThatEndsEarly_RecordsWhatItMade_OrSaysThatItDoesNot(bool isRefused)
    {
        await using FakeKubernetes server = Recorded(await FakeKubernetes.StartAsync(), $"{Line} old o1");
        server.On("PATCH", InventoryPath, KubernetesAnswer.Json(isRefused ? 500 : 200, """{"metadata":{"resourceVersion":"8"}}"""));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        Inventory inventory = await Inventory.LoadAsync(client, "packages", "app", CancellationToken.None);

        Diagnostic? warning = await new Recording(new Pruner(client, inventory, isDry: false), _told.Add)
            .AfterStopAsync([Applied("new", "n1", ApplyOutcome.Created)]);

        JsonElement written = JsonElement.Parse(server.Requests.Single(request => request.Method == "PATCH").Body);
        Assert.AreEqual($"{Line} new n1\n{Line} old o1\n", written.Text("data", "objects"), "what is not applied yet stays recorded");
        Assert.AreEqual(isRefused ? ErrorCode.NotRecorded : null, warning?.Code);
        Assert.HasCount(isRefused ? 0 : 1, _told);
    }

    [TestMethod]
    public async Task AnInventoryThatIsTooLarge_IsToldAsOne()
    {
        await using FakeKubernetes server = Recorded(await FakeKubernetes.StartAsync(), $"{Line} old o1");
        server.On("PATCH", InventoryPath, KubernetesAnswer.Json(
            422, """{"kind":"Status","message":"ConfigMap \"a\" is invalid: []: Too long: must have at most 1048576 bytes"}"""));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        Inventory inventory = await Inventory.LoadAsync(client, "packages", "app", CancellationToken.None);

        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new Recording(new Pruner(client, inventory, isDry: false), _told.Add)
                .CompleteAsync([Applied("new", "n1", ApplyOutcome.Created)], CancellationToken.None));

        Assert.Contains("What was applied stays, but is not recorded", failure.Message);
        Assert.Contains("each with a --prune NAME of its own", failure.Advice);
    }

    [TestMethod]
    public async Task AnObjectThatWasDropped_IsDeleted_IfItIsTheSameOne()
    {
        await using FakeKubernetes server = await StartAsync($"{Line} old o1", $"{Line} new n1");
        server.On("GET", OldPath, Live("o1", s_ours)).On("DELETE", OldPath, KubernetesAnswer.Json(200, "{}"));

        await PruneAsync(server, [Applied("new", "n1", ApplyOutcome.Unchanged)]);

        KubernetesRequest deleted = server.Requests.Single(request => request.Method == "DELETE");
        Assert.AreEqual("o1", JsonElement.Parse(deleted.Body).Text("preconditions", "uid"));
        Assert.IsFalse(deleted.IsDry);
        Assert.AreEqual("PackageRepository packages/old Removed", Words(_told.Single()));
        JsonElement written = JsonElement.Parse(server.Requests.Single(request => request.Method == "PATCH").Body);
        Assert.AreEqual($"{Line} new n1\n", written.Text("data", "objects"));
        Assert.AreEqual("7", written.Text("metadata", "resourceVersion"), "another apply meanwhile is a conflict");
    }

    [TestMethod]
    public async Task AServerThatRestartsDuringADeletion_IsAskedAgain()
    {
        await using FakeKubernetes server = await StartAsync($"{Line} old o1", $"{Line} new n1");
        server.On("GET", OldPath, Live("o1", s_ours)).On("DELETE", OldPath, KubernetesAnswer.Json(200, "{") with { End = AnswerEnd.Broken },
            KubernetesAnswer.Json(404, """{"kind":"Status","message":"not found","code":404}"""));

        await PruneAsync(server, [Applied("new", "n1", ApplyOutcome.Unchanged)]);

        Assert.AreEqual("PackageRepository packages/old Removed", Words(_told.Single()));
        Assert.HasCount(2, server.Requests.Where(request => request.Method == "DELETE"));
    }

    // The cluster gives an account a token, and records no owners of an object that only has a name.
    [TestMethod]
    [DataRow(true, "Removed")]
    [DataRow(false, "Removed")]
    [DataRow(false, "Kept", "\"labels\":{\"a\":\"b\"}")]
    public async Task AServiceAccount_IsRemoved_WhateverTheClusterAdds(bool isRecorded, string expected, string more = "\"generation\":1")
    {
        const string Account = "/api/v1/namespaces/packages/serviceaccounts/installer2";
        JsonElement exchange = KubernetesFixtures.Read("server-1.20/serviceaccount-with-token.json");
        string uid = KubernetesFixtures.Body(exchange).Text("metadata", "uid")!;
        await using FakeKubernetes server = await StartAsync($"v1 ServiceAccount packages installer2 {uid}", $"{Line} new n1");
        server.On("GET", Account, isRecorded ? KubernetesAnswer.Recorded(exchange) : KubernetesAnswer.Json(
            200, $$$"""{"kind":"ServiceAccount","apiVersion":"v1","metadata":{"uid":"{{{uid}}}",{{{more}}}},"secrets":[{"name":"t"}]}"""));
        server.On("DELETE", Account, KubernetesAnswer.Json(200, "{}"));

        await PruneAsync(server, [Applied("new", "n1", ApplyOutcome.Unchanged)]);

        Assert.StartsWith($"ServiceAccount packages/installer2 {expected}", Words(_told.First(each => each.Kind == "ServiceAccount")));
    }

    [TestMethod]
    [DataRow("another", "a new object of the same name", false)]
    [DataRow("kubectl", "kubectl-edit owns fields of it, too", true)]
    [DataRow("apply", "flux owns fields of it, too", true)]
    [DataRow("untold", "does not report the other owners", true)]
    [DataRow("forbidden", "forbidden", true)]
    public async Task AnUncertainObject_Stays_AndIsReported(string what, string why, bool isRemembered)
    {
        await using FakeKubernetes server = await StartAsync($"{Line} old o1", $"{Line} new n1");
        server.On("GET", OldPath, what switch
        {
            "another" => Live("o2", s_ours),
            "kubectl" => Live("o1", Fields(("airgap", "Apply", "f:spec"), ("kubectl-edit", "Update", "f:spec"))),
            "apply" => Live("o1", Fields(("airgap", "Apply", "f:spec"), ("flux", "Apply", "f:metadata"))),
            "untold" => Live("o1", "null"),
            _ => KubernetesAnswer.Recorded("apply/packagerepository/forbidden-get.json"),
        });

        await PruneAsync(server, [Applied("new", "n1", ApplyOutcome.Unchanged)]);

        Assert.DoesNotContain(request => request.Method == "DELETE", server.Requests);
        Diagnostic warning = _told.Single().Warnings.Single();
        Assert.AreEqual(ErrorCode.NotPruned, warning.Code);
        Assert.Contains(why, warning.Message);
        Assert.AreEqual(!isRemembered, server.Requests.Any(request => request.Method == "PATCH"));
    }

    [TestMethod]
    public async Task ANamespace_IsNeverPruned()
    {
        await using FakeKubernetes server = await StartAsync("v1 Namespace - packages p1", $"{Line} new n1");

        await PruneAsync(server, [Applied("new", "n1", ApplyOutcome.Unchanged)]);

        Assert.DoesNotContain(request => request.Path == "/api/v1/namespaces/packages", server.Requests);
        Assert.AreEqual("kubectl delete namespace packages", _told.Single().Warnings.Single().Advice.Split(": ")[1]);
    }

    [TestMethod]
    public async Task ADryRun_IsTriedByTheServer_AndChangesNothing()
    {
        await using FakeKubernetes server = await StartAsync($"{Line} old o1", $"{Line} new n1");
        server.On("GET", OldPath, Live("o1", s_ours)).On("DELETE", OldPath, KubernetesAnswer.Json(200, "{}"));

        await PruneAsync(server, [Applied("new", "n1", ApplyOutcome.Unchanged)], isDry: true);

        Assert.IsTrue(server.Requests.Single(request => request.Method == "DELETE").IsDry);
        Assert.DoesNotContain(request => request.Method == "PATCH", server.Requests);
        Assert.AreEqual(ApplyOutcome.Removed, _told.Single().Outcome);
    }

    [TestMethod]
    public async Task ADryRunThatAWebhookExcludes_IsNotTried()
    {
        await using FakeKubernetes server = await StartAsync($"{Line} old o1", $"{Line} new n1");
        server.On("GET", OldPath, Live("o1", s_ours)).On("DELETE", OldPath, KubernetesAnswer.Json(
            400, """{"kind":"Status","message":"admission webhook \"images.policy.corp.com\" does not support dry run","code":400}"""));

        await PruneAsync(server, [Applied("new", "n1", ApplyOutcome.Unchanged)], isDry: true);

        Assert.AreEqual(ApplyOutcome.NotTried, _told.Single().Outcome);
        Assert.AreEqual(ErrorCode.NotExamined, _told.Single().Warnings.Single().Code);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AnInstall_IsDeletedBeforeItsServiceAccount(bool isGone)
    {
        const string Install = "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packageinstalls/app";
        const string Account = "/api/v1/namespaces/packages/serviceaccounts/installer";
        await using FakeKubernetes server = await StartAsync(
            "v1 ServiceAccount packages installer s1", "packaging.carvel.dev/v1alpha1 PackageInstall packages app i1", $"{Line} new n1");
        KubernetesAnswer live = Live("i1", s_ours);
        server.On("GET", Install, isGone ? [live, live, KubernetesAnswer.Json(404, "{}")] : [live]);
        server.On("DELETE", Install, KubernetesAnswer.Json(200, "{}")).On("GET", Account, Live("s1", s_ours))
            .On("DELETE", Account, KubernetesAnswer.Json(200, "{}"));

        await PruneAsync(server, [Applied("new", "n1", ApplyOutcome.Unchanged)], staysThere: !isGone);

        Assert.AreSequenceEqual(
            isGone ? new[] { Install, Account } : [Install],
            [.. server.Requests.Where(request => request.Method == "DELETE").Select(request => request.Path)]);
        Assert.AreEqual(isGone ? ApplyOutcome.Removed : ApplyOutcome.Kept, _told[1].Outcome);
        string[] recorded = [.. server.Requests.Where(request => request.Method == "PATCH")
            .Select(request => JsonElement.Parse(request.Body).Text("data", "objects")!)];
        Assert.AreEqual(isGone ? ApplyOutcome.Removed : ApplyOutcome.Removing, _told[0].Outcome);
        Assert.AreEqual(isGone ? 1 : 0, recorded.Length, "what stays is remembered");
        Assert.DoesNotContain(text => text.Contains("installer", StringComparison.Ordinal), recorded);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AnObjectThatAFinalizerHolds_IsRemoved_OnceItIsGone(bool isGone)
    {
        await using FakeKubernetes server = await StartAsync($"{Line} old o1", $"{Line} new n1");
        KubernetesAnswer held = KubernetesAnswer.Json(
            200, """{"metadata":{"uid":"o1","deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["example.com/hold"]}}""");
        server.On("GET", OldPath, isGone ? [Live("o1", s_ours), held, held, KubernetesAnswer.Json(404, "{}")] : [Live("o1", s_ours), held]);
        server.On("DELETE", OldPath, held);

        await PruneAsync(server, [Applied("new", "n1", ApplyOutcome.Unchanged)], staysThere: !isGone);

        AppliedObject done = _told.Single();
        Assert.AreEqual(isGone ? ApplyOutcome.Removed : ApplyOutcome.Removing, done.Outcome);
        Assert.AreEqual(isGone, server.Requests.Any(request => request.Method == "PATCH"), "what stays is remembered");
        if (isGone)
            return;
        Assert.AreEqual(ErrorCode.ObjectDeleting, done.Warnings.Single().Code);
        Assert.Contains("its finalizers (example.com/hold) still hold it", done.Warnings.Single().Message);
        _told.Clear();

        await PruneAsync(server, [Applied("new", "n1", ApplyOutcome.Unchanged)], staysThere: true);

        Assert.AreEqual(ApplyOutcome.Removing, _told.Single().Outcome, "the next run looks again");
        Assert.AreEqual(1, server.Requests.Count(request => request.Method == "DELETE"));
    }

    [TestMethod]
    public async Task ManifestsOfAnotherProject_RemoveNothing()
    {
        await using FakeKubernetes server = await StartAsync($"{Line} old o1", "v1 Namespace - packages p1");
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        Pruner pruner = new(client, await Inventory.LoadAsync(client, "packages", "app", CancellationToken.None), isDry: false);

        AirgapException failure = Assert.ThrowsExactly<AirgapException>(() => pruner.Check(Documents("other"), "packages"));
        pruner.Check(Documents("old"), "packages");

        Assert.AreEqual(ErrorCode.PruneUnsure, failure.Code);
    }

    [TestMethod]
    [DataRow("""{"metadata":{"labels":{}},"data":{"objects":""}}""", "something else")]
    [DataRow("""{"metadata":{"labels":{"app.kubernetes.io/managed-by":"airgap"}},"data":{"objects":"v1 Secret a b c\nnonsense\n"}}""",
        "line 2")]
    public async Task AConfigMapOfAnotherKind_IsRefusedAsInventory(string document, string why)
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.On("GET", InventoryPath, KubernetesAnswer.Json(200, document));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });

        AirgapException failure =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => Inventory.LoadAsync(client, "packages", "app", CancellationToken.None));

        Assert.AreEqual(ErrorCode.InventoryUnusable, failure.Code);
        Assert.Contains(why, failure.Message);
    }

    private static IReadOnlyList<ManifestDocument> Documents(string name) =>
        ManifestDocument.Read("a.yml",
            System.Text.Encoding.UTF8.GetBytes(
                $"apiVersion: packaging.carvel.dev/v1alpha1\nkind: PackageRepository\nmetadata: {{name: {name}}}\n"));

    private static AppliedObject Applied(string name, string uid, ApplyOutcome outcome, string? fields = null) =>
        new("PackageRepository", "packages", name, outcome)
        {
            ApiVersion = "packaging.carvel.dev/v1alpha1",
            After = JsonElement.Parse($$$$"""{"metadata":{"uid":"{{{{uid}}}}","managedFields":{{{{fields ?? s_ours}}}}},"spec":{}}"""),
        };

    private static KubernetesAnswer Live(string uid, string fields) =>
        KubernetesAnswer.Json(200, $$$$"""{"metadata":{"uid":"{{{{uid}}}}","managedFields":{{{{fields}}}}}}""");

    private static string Fields(params (string Manager, string Operation, string Field)[] entries) =>
        "[" + string.Join(',', entries.Select(entry =>
        $$$$"""{"manager":"{{{{entry.Manager}}}}","operation":"{{{{entry.Operation}}}}","fieldsV1":{"{{{{entry.Field}}}}":{}}}""")) + "]";

    private static string Words(AppliedObject done) => $"{done.Kind} {done.FullName} {done.Outcome}";

    private static async Task<FakeKubernetes> StartAsync(params string[] lines)
    {
        FakeKubernetes server = Recorded(await FakeKubernetes.StartAsync(), lines);
        return server.On("PATCH", InventoryPath, KubernetesAnswer.Json(200, """{"metadata":{"resourceVersion":"8"}}"""));
    }

    private static FakeKubernetes Recorded(FakeKubernetes server, params string[] lines)
    {
        string text = string.Join("\\n", lines.Order(StringComparer.Ordinal)) + "\\n";
        return server.On("GET", InventoryPath,
            KubernetesAnswer.Json(200,
                $$$"""{"metadata":{"resourceVersion":"7","labels":{"app.kubernetes.io/managed-by":"airgap"}},"data":{"objects":"{{{text}}}"}}"""));
    }

    // Waits to the end of its limit only for a removal that does not happen.
    private async Task PruneAsync(FakeKubernetes server, IReadOnlyList<AppliedObject> applied, bool isDry = false, bool staysThere = false)
    {
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        Inventory inventory = await Inventory.LoadAsync(client, "packages", "app", CancellationToken.None);
        Removal removal = new(client)
        {
            FirstPause = TimeSpan.FromMilliseconds(20),
            Limit = staysThere ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromMinutes(2)
        };
        await new Pruner(client, inventory, isDry) { Removal = removal }.RunAsync(applied, _told.Add, CancellationToken.None);
    }
}
