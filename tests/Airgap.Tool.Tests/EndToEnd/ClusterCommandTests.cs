using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>The commands for a cluster, against recorded answers.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ClusterCommandTests
{
    [TestMethod]
    public async Task Apply_AndWait_UntilItsPackagesAreThere()
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = await StartAsync("success", folder);

        CliResult result = await InProcess.RunAsync("apply", "--wait", folder["manifests"], "--kubeconfig", folder["config"]);

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.AreEqual("""
            PackageRepository success/simple-package-repository: created
            PackageRepository success/simple-package-repository: reconciled, 1 Package
            1 object applied

            """.ReplaceLineEndings(), result.Output.ReplaceLineEndings());
        Assert.Contains("success/simple-package-repository: reconciling", result.Error);
        Assert.AreEqual("Bearer test-token", server.Requests.First().Authorization);
    }

    [TestMethod]
    public async Task Apply_CountsOnlyWhatItApplied()
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = await StartAsync("success", folder);
        await File.WriteAllTextAsync(
            Path.Combine(folder["manifests"], "secret.yml"),
            "apiVersion: v1\nkind: Secret\nmetadata: {name: pull, namespace: success}\nstringData: {password: REPLACE_ME}\n");
        server.On("GET", "/api/v1/namespaces/success/secrets/pull", KubernetesAnswer.Json(200, """{"data":{"password":"eA=="}}"""));

        CliResult result = await InProcess.RunAsync("apply", folder["manifests"], "--kubeconfig", folder["config"]);

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("\n1 object applied; 1 left as it is", result.Output.ReplaceLineEndings("\n"));
    }

    [TestMethod]
    [DataRow("success", 0, "PackageInstall i-success/hello: reconciled, version 1.0.0")]
    [DataRow("downgrade", 1, "Add annotation packaging.carvel.dev/downgradable")]
    public async Task Apply_WaitsForAPackageInstall_Too(string name, int exitCode, string words)
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = await StartAsync("success", folder);
        JsonElement install = KubernetesFixtures.Read($"packageinstalls/{name}.json");
        JsonElement watch = install.GetProperty("watch");
        server.On("PATCH", KubernetesFixtures.PathOf(install.GetProperty("apply")),
            KubernetesAnswer.Recorded(install.GetProperty("apply")));
        server.On("GET", KubernetesFixtures.PathOf(watch), KubernetesAnswer.List("1"));
        // The last recorded state: a wait for an update starts from it.
        server.OnWatch(KubernetesFixtures.PathOf(watch), KubernetesAnswer.Watch(KubernetesFixtures.Events(watch).TakeLast(1)));
        await File.WriteAllTextAsync(
            Path.Combine(folder["manifests"], "install.yml"), install.GetProperty("manifest").GetString());

        CliResult result = await InProcess.RunAsync("apply", folder["manifests"], "--wait", "--kubeconfig", folder["config"]);
        CliResult json = await InProcess.RunAsync(
            "apply", Path.Combine(folder["manifests"], "install.yml"), "--kubeconfig", folder["config"], "--json");

        Assert.AreEqual(exitCode, result.ExitCode, result.Error);
        Assert.Contains(words, result.Output + result.Error);
        Assert.Contains("PackageRepository success/simple-package-repository: reconciled, 1 Package", result.Output);
        Assert.AreEqual(0, json.ExitCode, json.Error);
    }

    [TestMethod]
    [DataRow(422, "1 of 1 object was refused", "refused")]
    [DataRow(500, "1 of 1 object failed", "failed")]
    [DataRow(504, "1 of 1 object failed", "failed")]
    public async Task Apply_SaysRefused_OnlyOfARefusal(int status, string summary, string outcome)
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = await StartAsync("success", folder);
        string file = Path.Combine(folder["manifests"], "map.yml");
        await File.WriteAllTextAsync(file, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: success}\n");
        server.On("PATCH", "/api/v1/namespaces/success/configmaps/a",
            KubernetesAnswer.Json(status, """{"kind":"Status","message":"it timed out"}"""));

        CliResult result = await InProcess.RunAsync("apply", file, "--kubeconfig", folder["config"], "--json");

        Assert.AreEqual(1, result.ExitCode);
        JsonElement report = JsonElement.Parse(result.Output);
        Assert.AreEqual(summary, report.GetProperty("summary").GetString());
        Assert.AreEqual(outcome, report.GetProperty("objects")[0].GetProperty("outcome").GetString());
    }

    [TestMethod]
    public async Task Apply_TellsAFailure_WithItsCause_AndExitCode1()
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = await StartAsync("ca-unknown", folder);

        CliResult result = await InProcess.RunAsync("apply", folder["manifests"], "--wait=30s", "--kubeconfig", folder["config"], "--json");

        Assert.AreEqual(1, result.ExitCode);
        JsonElement report = JsonElement.Parse(result.Output);
        JsonElement error = report.GetProperty("errors").EnumerateArray().Single();
        Assert.AreEqual("AIRGAP4210", error.GetProperty("code").GetString());
        Assert.Contains("x509: certificate signed by unknown authority", error.GetProperty("message").GetString()!);
        Assert.Contains("caCerts", error.GetProperty("advice").GetString()!);
        Assert.AreEqual("reconcile failed", report.GetProperty("objects")[0].GetProperty("state").GetString());
    }

    [TestMethod]
    public async Task Apply_Prunes_WhatAnEarlierOneMade()
    {
        const string Inventory = "/api/v1/namespaces/default/configmaps/airgap-inventory-app";
        const string Old = "/apis/packaging.carvel.dev/v1alpha1/namespaces/success/packagerepositories/old";
        const string Lines = "packaging.carvel.dev/v1alpha1 PackageRepository success old o1\\npackaging.carvel.dev/v1alpha1 " +
            "PackageRepository success simple-package-repository n1\\n";
        using TempFolder folder = new();
        await using FakeKubernetes server = await StartAsync("success", folder);
        server.On("GET", Inventory,
            KubernetesAnswer.Json(200,
                $$$"""{"metadata":{"resourceVersion":"7","labels":{"app.kubernetes.io/managed-by":"airgap"}},"data":{"objects":"{{{Lines}}}"}} """));
        server.On("PATCH", Inventory, KubernetesAnswer.Json(200, """{"metadata":{"resourceVersion":"8"}}"""))
            .On("DELETE", Old, KubernetesAnswer.Json(200, "{}"));
        server.On("GET", Old, KubernetesAnswer.Json(
            200, """{"metadata":{"uid":"o1","managedFields":[{"manager":"airgap","operation":"Apply","fieldsV1":{"f:spec":{}}}]}}"""));

        CliResult tried = await InProcess.RunAsync(
            "apply", folder["manifests"], "--prune", "app", "--dry-run=server", "--kubeconfig", folder["config"]);
        Assert.Contains("PackageRepository success/old: removed (dry run)", tried.Output);
        Assert.IsTrue(server.Requests.Single(request => request.Method == "DELETE").IsDry);

        CliResult result = await InProcess.RunAsync("apply", folder["manifests"], "--prune", "app", "--kubeconfig", folder["config"]);

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("PackageRepository success/old: removed", result.Output);
        Assert.DoesNotContain(" old ", server.Requests.Last(request => request.Path == Inventory).Body);
    }

    [TestMethod]
    public async Task Apply_GoesThroughTheProxyOfTheEnvironment_UnlessTheClusterIsExcepted()
    {
        await using Bench bench = await Bench.StartAsync(new RegistryFixtureOptions());
        await using FakeKubernetes server = await StartAsync("success", bench.Folder);
        string config = await File.ReadAllTextAsync(bench.Folder["config"]);
        await File.WriteAllTextAsync(
            bench.Folder["config"],
            config.Replace(server.Address.GetLeftPart(UriPartial.Authority), "http://cluster.invalid:6443", StringComparison.Ordinal));
        bench.Environment["HTTP_PROXY"] = bench.Environment["http_proxy"] = server.Address.ToString();
        string[] apply = ["apply", "manifests", "--kubeconfig", "config"];

        CliResult through = await bench.RunFreshAsync(apply);
        int count = server.Requests.Count;
        bench.Environment["NO_PROXY"] = bench.Environment["no_proxy"] = "cluster.invalid";
        CliResult around = await bench.RunFreshAsync(apply);

        Assert.AreEqual(0, through.ExitCode, through.Error);
        Assert.Contains(request => request.Method == "PATCH", server.Requests);
        around.AssertFailed("AIRGAP4202");
        Assert.HasCount(count, server.Requests);
    }

    [TestMethod]
    public async Task Apply_WithoutAKubeconfig_IsOneError()
    {
        using TempFolder folder = new();

        CliResult result = await InProcess.RunAsync("apply", folder.Path, "--kubeconfig", folder["nowhere"]);

        result.AssertFailed("AIRGAP4201");
    }

    [TestMethod]
    [DataRow("--dry-run=client", "not a value of --dry-run", DisplayName = "another dry run")]
    [DataRow("--wait=soon", "--wait", DisplayName = "no duration")]
    [DataRow("--prune=No_Name", "No_Name", DisplayName = "no name")]
    public async Task Apply_WithAFlagThatMeansNothing_SendsNothing(string flag, string word)
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = await StartAsync("success", folder);

        CliResult result = await InProcess.RunAsync("apply", folder["manifests"], flag, "--kubeconfig", folder["config"]);

        result.AssertFailed(word);
        Assert.IsEmpty(server.Requests);
    }

    [TestMethod]
    public async Task Secret_GoesToStandardOutput_OrIntoTheCluster()
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.WriteKubeconfig(folder["config"]);
        server.On("PATCH", "/api/v1/namespaces/packages/secrets/pull", KubernetesAnswer.Json(201, "{}"));
        string[] flags = ["secret", "--for", "mirror.example", "--name", "pull", "-n", "packages", "--registry-username", "u",
            "--registry-password", "p4ss"];

        CliResult shown = await InProcess.RunAsync(flags);
        CliResult applied = await InProcess.RunAsync([.. flags, "--apply", "--kubeconfig", folder["config"], "--debug"]);

        Assert.StartsWith("---\napiVersion: v1\nkind: Secret\n", shown.Output);
        Assert.AreEqual(0, applied.ExitCode, applied.Error);
        Assert.Contains("Secret packages/pull: created", applied.Output);
        Assert.DoesNotContain("p4ss", applied.Output + applied.Error + shown.Error);
        Assert.Contains(".dockerconfigjson", server.Requests.Last().Body);
    }

    [TestMethod]
    public async Task Doctor_TellsEachFinding_WithWhatItSaw()
    {
        using TempFolder folder = new();
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.WriteKubeconfig(folder["config"]);
        JsonElement failed = KubernetesFixtures.Body(
            KubernetesFixtures.Read("packagerepositories/unauthorized-no-secret.json").GetProperty("get"));
        server.Replay("discovery/with-kapp-controller/packaging.carvel.dev_v1alpha1.json")
            .Replay("discovery/with-kapp-controller/apiservice.json");
        server.On("GET", "/apis/packaging.carvel.dev/v1alpha1/packagerepositories", KubernetesAnswer.List("1", failed));
        foreach (string path in new[] { "/apis/packaging.carvel.dev/v1alpha1/packageinstalls",
            "/apis/data.packaging.carvel.dev/v1alpha1/packages", "/api/v1/secrets" })
            server.On("GET", path, KubernetesAnswer.List("1"));

        CliResult text = await InProcess.RunAsync("doctor", "--kubeconfig", folder["config"]);
        CliResult json = await InProcess.RunAsync("doctor", "simple-package-repository", "--kubeconfig", folder["config"], "--json");

        Assert.AreEqual(1, text.ExitCode);
        Assert.Contains("PackageRepository unauthorized-no-secret/simple-package-repository: reconcile failed", text.Output);
        Assert.Contains("AIRGAP4210", text.Error);
        Assert.Contains("  Seen: no Secret is named", text.Error);
        JsonElement finding = JsonElement.Parse(json.Output).GetProperty("findings").EnumerateArray().Single();
        Assert.AreEqual("Unauthorized", finding.GetProperty("cause").GetString());
        Assert.IsNotEmpty(finding.GetProperty("evidence").EnumerateArray());
        Assert.IsTrue(server.Requests.All(request => request.Method == "GET"), "nothing is changed");
    }

    [TestMethod]
    public async Task Doctor_TriesTheClustersSecret_AndNothingOfItIsShown()
    {
        const string Password = "p4ss-of-the-cluster";
        using TempFolder folder = new();
        await using RegistryFixture mirror = await RegistryFixture.StartAsync(
            new RegistryFixtureOptions { WithFixtures = true, ReadOnly = true, BasicAuth = ("rig", Password) });
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.WriteKubeconfig(folder["config"]);
        string recorded = KubernetesFixtures.Body(
            KubernetesFixtures.Read("packagerepositories/secret-wrong-password.json").GetProperty("get")).GetRawText();
        JsonElement failed = JsonElement.Parse(
            recorded.Replace("127.0.0.1:15001/apps/hello-repo@sha256:87e13a2375e6884c97a279d21fe7363e828052351c627f651dbc06371d65ad73",
                $"{mirror.Host}/mirror/simple-app-bundle:v1.0.0", StringComparison.Ordinal));
        string auth = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"rig:{Password}"));
        string config = Convert.ToBase64String(
            System.Text.Encoding.UTF8.GetBytes($$$$"""{"auths":{"{{{{mirror.Host}}}}":{"auth":"{{{{auth}}}}"}}}"""));
        server.Replay("discovery/with-kapp-controller/packaging.carvel.dev_v1alpha1.json")
            .Replay("discovery/with-kapp-controller/apiservice.json");
        server.On("GET", "/apis/packaging.carvel.dev/v1alpha1/packagerepositories", KubernetesAnswer.List("1", failed));
        server.On("GET", "/api/v1/namespaces/secret-wrong-password/secrets/mirror-pull",
            KubernetesAnswer.Json(200, $$$"""{"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"{{{config}}}"}} """));
        foreach (string path in new[] { "/apis/packaging.carvel.dev/v1alpha1/packageinstalls",
            "/apis/data.packaging.carvel.dev/v1alpha1/packages", "/api/v1/secrets" })
            server.On("GET", path, KubernetesAnswer.List("1"));

        CliResult tried = await InProcess.RunAsync("doctor", "--try-secrets", "--debug", "--kubeconfig", folder["config"]);
        CliResult refused = await InProcess.RunAsync("doctor", "--offline", "--leaks", "--kubeconfig", folder["config"]);

        Assert.Contains($"asked from here with the Secret: {mirror.Host}/mirror/simple-app-bundle:v1.0.0 is there", tried.Error);
        foreach (string secret in new[] { Password, auth, config })
            Assert.DoesNotContain(secret, tried.Output + tried.Error);
        refused.AssertFailed("--offline excludes");
    }

    private static async Task<FakeKubernetes> StartAsync(string name, TempFolder folder)
    {
        JsonElement state = KubernetesFixtures.Read($"packagerepositories/{name}.json");
        FakeKubernetes server = await FakeKubernetes.StartAsync();
        JsonElement watch = state.GetProperty("watch");
        string path = KubernetesFixtures.PathOf(watch);
        server.On("PATCH", KubernetesFixtures.PathOf(state.GetProperty("apply")), KubernetesAnswer.Recorded(state.GetProperty("apply")));
        server.On("GET", path, KubernetesAnswer.List("1"));
        server.OnWatch(path, KubernetesAnswer.Watch(KubernetesFixtures.Events(watch)));
        if (state.TryGetProperty("packages", out JsonElement packages))
            server.On("GET", KubernetesFixtures.PathOf(packages), KubernetesAnswer.Recorded(packages));
        Directory.CreateDirectory(folder["manifests"]);
        File.WriteAllText(Path.Combine(folder["manifests"], "repository.yml"), state.GetProperty("manifest").GetString());
        server.WriteKubeconfig(folder["config"]);
        return server;
    }
}
