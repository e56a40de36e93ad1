using System.Text.Json;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Producing;

namespace Airgap.Transfer.Tests.Producing;

/// <summary>Every value has its declared type, as a cluster decodes it; the table of types is the one that a cluster serves.</summary>
[TestClass]
public sealed class PackageTypesTests
{
    private const string Schema = "data.packaging.carvel.dev_v1alpha1.v3.json";

    public TestContext TestContext { get; set; } = null!;

    private FakeRegistry Registry { get; } = FakeRegistry.FromFixtures();

    [TestMethod]
    [DataRow("labels: {release: 7}", "metadata.labels.release", "metadata")]
    [DataRow("annotations: [a]", "metadata.annotations", "metadata")]
    [DataRow("creationTimestamp: 2026-01-31", "metadata.creationTimestamp", "metadata")]
    [DataRow("generation: 9223372036854775808", "metadata.generation", "metadata")]
    [DataRow("generation: 1.5", "metadata.generation", "metadata")]
    [DataRow("releaseNotes: yes", "spec.releaseNotes", "spec")]
    [DataRow("releaseNotes: [a]", "spec.releaseNotes", "spec")]
    [DataRow("licenses: [{name: MIT}]", "spec.licenses[0]", "spec")]
    [DataRow("licenses: MIT", "spec.licenses", "spec")]
    [DataRow("version: 7.10", "spec.version", "spec")]
    [DataRow("refName: {a: b}", "spec.refName", "spec")]
    [DataRow("includedSoftware: [{displayName: 1}]", "spec.includedSoftware[0].displayName", "spec")]
    [DataRow("releasedAt: 2026-01-31 12:00:00", "spec.releasedAt", "spec")]
    [DataRow("releasedAt: 2026-01-31T12:00:00", "spec.releasedAt", "spec")]
    [DataRow("releasedAt: 2026-02-30T12:00:00Z", "spec.releasedAt", "spec")]
    [DataRow("releasedAt: 2026-01-31t12:00:00z", "spec.releasedAt", "spec")]
    [DataRow("releasedAt: ''", "spec.releasedAt", "spec")]
    [DataRow("kubernetesVersionSelection: {constraints: '>=1.30'}", "spec.kubernetesVersionSelection.constraints", "spec")]
    [DataRow("kubernetesVersionSelection: '>=1.30.0'", "spec.kubernetesVersionSelection", "spec")]
    [DataRow("kappControllerVersionSelection: {constraints: '>=v0.50.0'}", "spec.kappControllerVersionSelection.constraints", "spec")]
    [DataRow("ytt: {paths: [[null], config]}", "spec.template.spec.template[0].ytt.paths[0]", "template")]
    [DataRow("kbld: {paths: x}", "spec.template.spec.template[0].kbld.paths", "template")]
    [DataRow("ytt: {strict: 'true'}", "spec.template.spec.template[0].ytt.strict", "template")]
    [DataRow("ytt: {inline: {paths: {a.yml: 1}}}", "spec.template.spec.template[0].ytt.inline.paths.a.yml", "template")]
    [DataRow("syncPeriod: 10", "spec.template.spec.syncPeriod", "app")]
    [DataRow("syncPeriod: soon", "spec.template.spec.syncPeriod", "app")]
    [DataRow("paused: 1", "spec.template.spec.paused", "app")]
    [DataRow("cluster: {kubeconfigSecretRef: {name: 1}}", "spec.template.spec.cluster.kubeconfigSecretRef.name", "app")]
    public async Task AValueOfAnotherTypeIsOneError_AtItsPlace(string field, string path, string under)
    {
        Diagnostic problem = (await ProblemsAsync(Package(field, under))).Single();
        Assert.AreEqual(ErrorCode.InvalidPackage, problem.Code);
        Assert.Contains($": Package: {path} is ", problem.Message);
        Assert.AreNotEqual("", problem.Advice);
        Assert.IsTrue(problem.Location is { Line: > 0, Column: > 0 }, problem.Message);
    }

    [TestMethod]
    [DataRow("displayName: 365", "spec.displayName is the number 365, but must be a text", "'365'")]
    [DataRow("maintainers: [Jo]", "spec.maintainers[0] is the text 'Jo', but must be a mapping", "name")]
    [DataRow("categories: demo", "spec.categories is the text 'demo', but must be a list", "- ")]
    public async Task SoIsOneOfAPackageMetadata(string field, string message, string advice)
    {
        Diagnostic problem = (await ProblemsAsync(
            $"apiVersion: data.packaging.carvel.dev/v1alpha1\nkind: PackageMetadata\nmetadata:\n  name: other.corp.com\nspec:\n  {field}\n")).Single();
        Assert.Contains(message, problem.Message);
        Assert.Contains(advice, problem.Advice);
    }

    [TestMethod]
    [DataRow("labels: {release: '7'}", "metadata")]
    [DataRow("generation: 1.0", "metadata")]
    [DataRow("releaseNotes: 'yes'", "spec")]
    [DataRow("releaseNotes: !!str 7", "spec")]
    [DataRow("releaseNotes: 2026-01-31", "spec")]
    [DataRow("releaseNotes: ~", "spec")]
    [DataRow("licenses: [~, MIT]", "spec")]
    [DataRow("releasedAt: 2026-01-31T12:00:00.5+01:00", "spec")]
    [DataRow("kubernetesVersionSelection: {constraints: '>=1.30.0 <2.0.0 || 3.x'}", "spec")]
    [DataRow("valuesSchema: {openAPIv3: {title: 1, any: [2, {x: y}]}}", "spec")]
    [DataRow("syncPeriod: 10m", "app")]
    [DataRow("releaseNotes: \"one\ntwo\"", "spec")]
    [DataRow("releaseNotes: |\n      \n      ", "spec")]
    public async Task APackageThatAClusterDecodes_IsAccepted(string field, string under) =>
        Assert.IsEmpty(await ProblemsAsync(Package(field, under)));

    [TestMethod]
    public async Task AMisspeltFieldIsToldOnEveryLevel()
    {
        using PackageFolder folder = new();
        folder.Write("packages/other.yml", Package("ytt: {path: [config]}", "template"));
        ProduceResult result = await new BundleProducer(Registry).ProduceAsync(
            folder.Request(PackageFolder.Image), TestContext.CancellationToken);
        using ProducedBundle? bundle = result.Bundle;
        Diagnostic warning = result.Warnings.Single(warning => warning.Code == ErrorCode.UnknownPackageField);
        Assert.Contains("has no field spec.template.spec.template[0].ytt.path,", warning.Message);
        Assert.Contains("paths", warning.Advice);
    }

    [TestMethod]
    public void TheTableIsWhatAClusterServes()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Fixtures.Root, "kubernetes", Schema)));
        JsonElement schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        int fields = 0;
        foreach (string kind in (string[])["Package", "PackageMetadata"])
            Compare($"dev.carvel.kapp-controller.pkg.apiserver.apis.datapackaging.v1alpha1.{kind}", kind, []);
        Assert.IsTrue(fields > 100, $"{fields} fields");

        void Compare(string schema, string type, HashSet<string> above)
        {
            if (!above.Add(schema + type))
                return;
            JsonElement properties = schemas.GetProperty(schema).TryGetProperty("properties", out JsonElement found) ? found : default;
            string[] names = properties.ValueKind == JsonValueKind.Object
                ? [.. properties.EnumerateObject().Select(property => property.Name)] : [];
            // The recording omits managedFields everywhere.
            CollectionAssert.AreEquivalent(names, PackageTypes.Of(type).Keys.Where(name => name != "managedFields").ToArray(), type);
            foreach (string name in names)
            {
                fields++;
                FieldType field = PackageTypes.Of(type)[name];
                JsonElement property = properties.GetProperty(name);
                bool isList = property.TryGetProperty("items", out JsonElement items);
                bool isMap = property.TryGetProperty("additionalProperties", out JsonElement values);
                Assert.AreEqual((isList, isMap), (field.IsList, field.IsMap), $"{type}.{name}");
                JsonElement one = isList ? items : isMap ? values : property;
                string? reference = ReferenceOf(one);
                string form = reference is null ? $"{one.GetProperty("type")}" : reference[(reference.LastIndexOf('.') + 1)..];
                Assert.AreEqual(
                    form switch
                    {
                        "string" => "text",
                        "integer" => "whole",
                        "boolean" => "flag",
                        "Time" => "time",
                        "Duration" => "duration",
                        "RawExtension" or "FieldsV1" => "any",
                        _ => "object"
                    },
                    field.Form == FieldForm.Range ? "text" : field.Form.ToString().ToLowerInvariant(),
                    $"{type}.{name}");
                if (field.Fields is not null)
                    Compare(reference!, field.Fields, above);
            }
        }

        static string? ReferenceOf(JsonElement element)
        {
            JsonElement holder = element.TryGetProperty("allOf", out JsonElement all) ? all[0] : element;
            return holder.TryGetProperty("$ref", out JsonElement reference) ? reference.GetString()!.Split('/')[^1] : null;
        }
    }

    private async Task<Diagnostic[]> ProblemsAsync(string yaml)
    {
        using PackageFolder folder = new();
        folder.Write("packages/other.yml", yaml);
        ProduceResult result = await new BundleProducer(Registry).ProduceAsync(
            folder.Request(PackageFolder.Image), TestContext.CancellationToken);
        result.Bundle?.Dispose();
        return [.. result.Problems];
    }

    // The field replaces the Package's field of that name.
    private static string Package(string field, string under)
    {
        List<string> lines = [.. PackageFolder.Package(version: "2.0.0").Split('\n').Select(line => line.TrimEnd('\r'))];
        (string parent, string indent) = under switch
        {
            "metadata" => ("metadata:", "  "),
            "spec" => ("spec:", "  "),
            "app" => ("    spec:", "      "),
            _ => ("      template:", "      - "),
        };
        string name = field.Split(':')[0];
        lines.RemoveAll(line => line.StartsWith($"{indent}{name}:", StringComparison.Ordinal));
        lines.Insert(lines.IndexOf(parent) + 1, indent + field);
        return string.Join('\n', lines) + "\n";
    }
}
