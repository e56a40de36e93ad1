using System.Text;
using System.Text.Json;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;
using Airgap.TestKit.Peers;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>What is written for a cluster fits the schemas that a cluster serves, and kubectl takes it in one go.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ManifestSchemaTests
{
    private static readonly PackageRepositoryOptions s_full = new()
    {
        Name = "simple",
        Namespace = "packages",
        SyncPeriod = "1h30m",
        SecretVariant = PullSecretVariant.SecretgenController,
        SecretNamespace = "access",
        ToNamespaces = "apps",
        CreateNamespace = true,
        Install = "simple-app.corp.com@>=1.0.0 <2.0.0",
        InstallNamespace = "apps",
        ServiceAccount = "installer",
        Values = "replicas: 2\n",
        ControllerConfig = "true",
        CaCertificates = "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n",
    };

    public static IEnumerable<object[]> Variants() =>
    [
        ["everything", s_full],
        ["least", new PackageRepositoryOptions { Name = "simple" }],
        ["tag selection", new PackageRepositoryOptions { Name = "simple", TagSelection = ">=1.0.0", Prereleases = "beta, rc" }],
        ["all pre-releases", new PackageRepositoryOptions { Name = "simple", TagSelection = ">=1.0.0", Prereleases = "*" }],
        ["plain image", new PackageRepositoryOptions { Name = "simple", IsPlainImage = true, SecretVariant = PullSecretVariant.SecretRef,
            SecretName = "pull" }],
        ["secretRef and install",
            new PackageRepositoryOptions
            {
                Name = "simple",
                Namespace = "packages",
                SecretVariant = PullSecretVariant.SecretRefWithPlaceholder,
                SecretName = "pull",
                Install = "simple-app.corp.com",
                ServiceAccount = "installer"
            }],
        ["content tag", new PackageRepositoryOptions { Name = "simple", Pinning = ReferencePinning.ContentTag }],
    ];

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void EveryObject_FitsTheSchemaOfItsKind(string name, object options)
    {
        foreach (ManifestDocument document in ManifestDocument.Read(name, Encoding.UTF8.GetBytes(Write((PackageRepositoryOptions)options))))
        {
            if (SchemaOf(document.Kind) is { } schema)
                Assert.IsEmpty(Problems(document.Object, schema, document.Kind), name);
        }
    }

    [TestMethod]
    public void WhatDoesNotFit_IsFound()
    {
        JsonElement broken = JsonElement.Parse(
            """{"apiVersion":"a","kind":"b","metadata":{},"spec":{"syncPeriod":10,"serviceAccountName":"x","fetch":{"imgpkgBundle":{"image":["a"]}}}}""");

        Assert.AreSequenceEqual(
            new[] { "r.spec.syncPeriod: string", "r.spec.serviceAccountName: unknown", "r.spec.fetch.imgpkgBundle.image: string" },
            [.. Problems(broken, SchemaOf("PackageRepository")!.Value, "r")]);
    }

    [TestMethod]
    public async Task Kubectl_TakesAllOfIt_InTheOrderInWhichItIsWritten()
    {
        string kubectl = Peer.Require("kubectl");
        using TempFolder folder = new();
        File.WriteAllText(folder["all.yml"], Write(s_full));
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.Replay("discovery/with-kapp-controller/packaging.carvel.dev_v1alpha1.json")
            .Replay("discovery/with-secretgen-controller/secretgen.carvel.dev_v1alpha1.json");
        server.On("GET", "/api", KubernetesAnswer.Json(200, """{"kind":"APIVersions","versions":["v1"]}"""));
        server.On("GET", "/apis",
            KubernetesAnswer.Json(200,
                $$$$"""{"kind":"APIGroupList","apiVersion":"v1","groups":[{{{{Group("packaging.carvel.dev")}}}},{{{{Group("secretgen.carvel.dev")}}}}]}"""));
        server.On("GET", "/api/v1",
            KubernetesAnswer.Json(200,
                """{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"namespaces","kind":"Namespace","namespaced":false,"verbs":["get","create","patch"]},{"name":"secrets","kind":"Secret","namespaced":true,"verbs":["get","create","patch"]}]}"""));
        server.WriteKubeconfig(folder["config"]);

        CliResult result = await Cli.RunAsync(
            kubectl, ["apply", "--dry-run=client", "--validate=false", "-f", "all.yml", "--kubeconfig", "config", "--cache-dir",
                folder["cache"]], new Dictionary<string, string?>
                {
                    ["NO_PROXY"] = "127.0.0.1"
                }, folder.Path);

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.AreSequenceEqual(
            new[]
            {
                "namespace/packages", "namespace/access", "namespace/apps", "packagerepository.packaging.carvel.dev/simple",
                    "secret/simple-pull",
                "secretexport.secretgen.carvel.dev/simple-pull", "secret/kapp-controller-config", "secret/simple-app-values",
                "packageinstall.packaging.carvel.dev/simple-app",
            },
            [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Replace(" created (dry run)", "", StringComparison.Ordinal))]);
        Assert.IsTrue(server.Requests.All(request => request.Method == "GET"));
    }

    private static string Group(string name) =>
        $$$"""{"name":"{{{name}}}","versions":[{"groupVersion":"{{{name}}}/v1alpha1","version":"v1alpha1"}],"preferredVersion":{"groupVersion":"{{{name}}}/v1alpha1","version":"v1alpha1"}}""";

    private static string Write(PackageRepositoryOptions options) =>
        PackageRepositoryWriter.Create(RepositoryName.Parse("final.local/apps/simple"), Digest.Compute([]), "1.2.0", options).Yaml;

    private static JsonElement? SchemaOf(string kind) => kind switch
    {
        "PackageRepository" => Read("packagerepositories.packaging.carvel.dev"),
        "PackageInstall" => Read("packageinstalls.packaging.carvel.dev"),
        "SecretExport" => Read("secretexports.secretgen.carvel.dev"),
        _ => null,
    };

    private static JsonElement Read(string name) =>
        KubernetesFixtures.Read($"openapi/{name}.crd.json").Items("spec", "versions").Single(version => version.Text("name") == "v1alpha1")
            .Find("schema", "openAPIV3Schema")!.Value;

    // What a cluster refuses or, worse, silently drops: a field that the schema has not, or one of another type.
    private static IEnumerable<string> Problems(JsonElement value, JsonElement schema, string path)
    {
        string type = value.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => "number"
        };
        string? wanted = schema.Text("type");
        if (wanted is not null && wanted != type && !(wanted == "integer" && type == "number"))
            return [$"{path}: {wanted}"];
        if (value.ValueKind == JsonValueKind.Array)
            return value.EnumerateArray().SelectMany(item => Problems(item, schema.Find("items")!.Value, path));
        if (value.ValueKind != JsonValueKind.Object || (schema.Find("properties") is null && schema.Find("additionalProperties") is null))
            return [];
        return value.EnumerateObject()
            .SelectMany(field => schema.Find("properties", field.Name) is { } inner ? Problems(field.Value, inner, $"{path}.{field.Name}")
            : schema.Find("additionalProperties") is { ValueKind: JsonValueKind.Object } any
            ? Problems(field.Value, any, $"{path}.{field.Name}")
            : [$"{path}.{field.Name}: unknown"]);
    }
}
