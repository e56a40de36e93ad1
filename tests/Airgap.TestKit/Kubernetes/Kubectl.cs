using Airgap.TestKit.Peers;

namespace Airgap.TestKit.Kubernetes;

/// <summary>kubectl, with a dry run against a cluster that has every written kind. It changes nothing.</summary>
public static class Kubectl
{
    /// <summary>Runs <c>kubectl apply --dry-run=client</c>.</summary>
    /// <param name="what">What to apply: <c>-f FILE</c>, <c>-f FOLDER</c> or <c>-k FOLDER</c>.</param>
    /// <returns>The objects that it would create, as <c>KIND.GROUP/NAME</c>, in its order.</returns>
    public static async Task<string[]> TryAsync(params string[] what)
    {
        string kubectl = Peer.Require("kubectl");
        using TempFolder folder = new();
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        Discover(server);
        server.WriteKubeconfig(folder["config"]);

        CliResult result = await Cli.RunAsync(
            kubectl, ["apply", "--dry-run=client", "--validate=false", .. what, "--kubeconfig", folder["config"], "--cache-dir",
                folder["cache"]], new Dictionary<string, string?>
                {
                    ["NO_PROXY"] = "127.0.0.1"
                }, folder.Path);

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.IsTrue(server.Requests.All(request => request.Method == "GET"));
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Replace(" created (dry run)", "", StringComparison.Ordinal))];
    }

    private static void Discover(FakeKubernetes server)
    {
        server.Replay("discovery/with-kapp-controller/packaging.carvel.dev_v1alpha1.json")
            .Replay("discovery/with-secretgen-controller/secretgen.carvel.dev_v1alpha1.json");
        server.On("GET", "/api", KubernetesAnswer.Json(200, """{"kind":"APIVersions","versions":["v1"]}"""));
        string groups = string.Join(
            ',', Group("packaging.carvel.dev"), Group("secretgen.carvel.dev"), Group("source.toolkit.fluxcd.io", "v1"),
            Group("kustomize.toolkit.fluxcd.io", "v1"), Group("argoproj.io"), Group("batch", "v1"));
        server.On("GET", "/apis", KubernetesAnswer.Json(200, $$"""{"kind":"APIGroupList","apiVersion":"v1","groups":[{{groups}}]}"""));
        server.On("GET", "/api/v1", Resources("v1", ("namespaces", "Namespace", false), ("secrets", "Secret", true)));
        server.On("GET", "/apis/batch/v1", Resources("batch/v1", ("jobs", "Job", true)));
        server.On("GET", "/apis/source.toolkit.fluxcd.io/v1",
            Resources("source.toolkit.fluxcd.io/v1", ("ocirepositories", "OCIRepository", true)));
        server.On("GET", "/apis/kustomize.toolkit.fluxcd.io/v1",
            Resources("kustomize.toolkit.fluxcd.io/v1", ("kustomizations", "Kustomization", true)));
        server.On("GET", "/apis/argoproj.io/v1alpha1", Resources("argoproj.io/v1alpha1", ("applications", "Application", true)));
    }

    private static KubernetesAnswer Resources(string version, params (string Name, string Kind, bool IsNamespaced)[] kinds) =>
        KubernetesAnswer.Json(
            200,
            $$"""{"kind":"APIResourceList","groupVersion":"{{version}}","resources":[{{string.Join(',', kinds.Select(Resource))}}]}""");

    private static string Resource((string Name, string Kind, bool IsNamespaced) kind) =>
        $$"""{"name":"{{kind.Name}}","kind":"{{kind.Kind}}","namespaced":{{(kind.IsNamespaced ? "true" : "false")}},"verbs":["get","create","patch"]}""";

    private static string Group(string name, string version = "v1alpha1")
    {
        string said = $$"""{"groupVersion":"{{name}}/{{version}}","version":"{{version}}"}""";
        return $$"""{"name":"{{name}}","versions":[{{said}}],"preferredVersion":{{said}} }""";
    }
}
