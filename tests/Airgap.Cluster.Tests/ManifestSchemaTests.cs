using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Manifests match the schemas of a cluster, and kubectl accepts all of them at once.</summary>
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

    public static IEnumerable<object[]> GitOpsVariants() =>
    [
        ["Flux, everything", new GitOpsOptions { Tool = GitOpsTool.Flux, Name = "simple", TargetNamespace = "apps", SecretName = "pull",
            Path = "config", Interval = "1h30m" }],
        ["Flux, least", new GitOpsOptions { Tool = GitOpsTool.Flux, Name = "simple" }],
        ["Flux, tag selection", new GitOpsOptions { Tool = GitOpsTool.Flux, Name = "simple", TagSelection = ">=1.0.0" }],
        ["Argo CD", new GitOpsOptions { Tool = GitOpsTool.ArgoCD, Name = "simple", TargetNamespace = "apps", Path = "config" }],
    ];

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void EveryObject_MatchesTheSchemaOfItsKind(string name, object options) =>
        AssertFits(name, Write((PackageRepositoryOptions)options));

    [TestMethod]
    [DynamicData(nameof(GitOpsVariants))]
    public void ObjectsForFluxAndArgoCD_MatchTheSchemaOfTheirKind(string name, object options) =>
        AssertFits(name, Write((GitOpsOptions)options));

    [TestMethod]
    public void InvalidObjects_ViolateTheSchema()
    {
        JsonElement broken = JsonElement.Parse(
            """{"apiVersion":"a","kind":"b","metadata":{},"spec":{"syncPeriod":10,"serviceAccountName":"x","fetch":{"imgpkgBundle":{"image":["a"]}}}}""");
        JsonElement flux = JsonElement.Parse("""{"spec":{"url":"https://a","ref":{}}}""");

        Assert.AreSequenceEqual(
            new[] { "r.spec.syncPeriod: string", "r.spec.serviceAccountName: unknown", "r.spec.fetch.imgpkgBundle.image: string" },
            [.. Problems(broken, SchemaOf("PackageRepository"), "r")]);
        Assert.AreSequenceEqual(
            new[] { "r.spec.interval: missing", "r.spec.url: not ^oci://.*$" }, [.. Problems(flux, SchemaOf("OCIRepository"), "r")]);
    }

    [TestMethod]
    public async Task Kubectl_AcceptsAllManifests_InTheirOrder() =>
        Assert.AreSequenceEqual(
            new[]
            {
                "namespace/packages", "namespace/access", "namespace/apps", "packagerepository.packaging.carvel.dev/simple",
                    "secret/simple-pull",
                "secretexport.secretgen.carvel.dev/simple-pull", "secret/kapp-controller-config", "secret/simple-app-values",
                "packageinstall.packaging.carvel.dev/simple-app",
            },
            await ApplyAsync(Write(s_full)));

    [TestMethod]
    [DynamicData(nameof(Variants))]
    [DynamicData(nameof(GitOpsVariants))]
    public async Task Kubectl_AcceptsEveryWrittenKind(string name, object options)
    {
        string yaml = options is GitOpsOptions gitOps ? Write(gitOps) : Write((PackageRepositoryOptions)options);

        string[] taken = await ApplyAsync(yaml);

        Assert.AreSequenceEqual(
            ManifestDocument.Read(name, Encoding.UTF8.GetBytes(yaml)).Select(document => document.Kind.ToLowerInvariant()),
            taken.Select(line => line.Split('/')[0].Split('.')[0]));
    }

    private static async Task<string[]> ApplyAsync(string yaml)
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["all.yml"], yaml);
        return await Kubectl.TryAsync("-f", folder["all.yml"]);
    }

    private static void AssertFits(string name, string yaml)
    {
        foreach (ManifestDocument document in ManifestDocument.Read(name, Encoding.UTF8.GetBytes(yaml)))
            Assert.IsEmpty(Problems(document.Object, SchemaOf(document.Kind), document.Kind), name);
    }

    private static string Write(GitOpsOptions options)
    {
        ImagesLock images = new(
            [new LockedImage(ImageReference.ByDigest(RepositoryName.Parse("registry.local:5055/apps/backend"), Digest.Compute([1])))]);
        return GitOpsWriter.Create(RepositoryName.Parse("final.local/apps/simple"), Digest.Compute([]), "1.2.0", images, options).Yaml;
    }

    private static string Write(PackageRepositoryOptions options) =>
        PackageRepositoryWriter.Create(RepositoryName.Parse("final.local/apps/simple"), Digest.Compute([]), "1.2.0", options).Yaml;

    private static JsonElement SchemaOf(string kind) => kind switch
    {
        "PackageRepository" => Read("packagerepositories.packaging.carvel.dev"),
        "PackageInstall" => Read("packageinstalls.packaging.carvel.dev"),
        "SecretExport" => Read("secretexports.secretgen.carvel.dev"),
        _ => KubernetesFixtures.Read("openapi/other.schemas.json").GetProperty(kind),
    };

    private static JsonElement Read(string name) =>
        KubernetesFixtures.Read($"openapi/{name}.crd.json").Items("spec", "versions").Single(version => version.Text("name") == "v1alpha1")
            .Find("schema", "openAPIV3Schema")!.Value;

    // What a cluster refuses or silently drops: a field that the schema does not have, or a value of another type.
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
        if (value.ValueKind == JsonValueKind.String && schema.Text("pattern") is { } pattern && !Regex.IsMatch(value.GetString()!, pattern))
            return [$"{path}: not {pattern}"];
        if (value.ValueKind != JsonValueKind.Object || (schema.Find("properties") is null && schema.Find("additionalProperties") is null))
            return [];
        return schema.Items("required").Select(name => name.GetString()!).Where(name => value.Find(name) is null)
            .Select(name => $"{path}.{name}: missing").Concat(value.EnumerateObject()
            .SelectMany(field => schema.Find("properties", field.Name) is { } inner ? Problems(field.Value, inner, $"{path}.{field.Name}")
            : schema.Find("additionalProperties") is { ValueKind: JsonValueKind.Object } any
            ? Problems(field.Value, any, $"{path}.{field.Name}")
            : [$"{path}.{field.Name}: unknown"]));
    }
}
