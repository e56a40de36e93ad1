using System.Text.Json;
using System.Text.Json.Nodes;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Wire;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Files;
using Json.Schema;

namespace Airgap.Publishing.Tests;

/// <summary>
/// The documents that a publish writes match their schemas, and the schemas are strict enough to detect errors.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class SchemaTests
{
    [TestMethod]
    public void EverySchema_IsASchema()
    {
        foreach (string file in Directory.GetFiles(Schemas.Folder, "*.json"))
        {
            EvaluationResults result = MetaSchemas.Draft202012.Evaluate(
                JsonElement.Parse(File.ReadAllText(file)), new EvaluationOptions { OutputFormat = OutputFormat.Flag });
            Assert.IsTrue(result.IsValid, file);
        }
    }

    [TestMethod]
    public void ADocument_NamesItsSchema_WhereTheRepositoryIsKnown()
    {
        Assert.AreEqual("https://host.example/raw/HEAD/src/Airgap.Build/schemas/plan.schema.json",
            SchemaLinks.In("https://host.example/raw/HEAD/src/Airgap.Build/schemas/", "plan"));
        Assert.IsNull(SchemaLinks.In(null, "plan"));
        PlanDocument plan = PlanWriter.Create([], []) with { Schema = "https://host.example/plan.schema.json" };
        string json = PlanWriter.ToJson(plan);
        Assert.StartsWith("{\n  \"$schema\": \"https://host.example/plan.schema.json\",\n", json);
        Schemas.AssertValid("plan", json);
    }

    [TestMethod]
    public async Task TheReportsOfBothRoutesAreWhatTheirSchemaSays()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        using RegistryClient client =
            new(new RegistryOptions(), CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));
        PublishItem[] items =
        [
            PublishItems.Bundle($"{registry.Host}/mirror/simple-app-bundle:v1.0.0", ("PackageRepository", "simple"), ("Pinning", "None")),
            PublishItems.Image($"{registry.Host}/user1/plain:1"),
        ];
        PublishSettings settings = PublishItems.To($"{registry.Host}/apps", folder.Path);
        string report = folder["airgap/relocation.json"];

        await new Publisher(client).RunAsync(items, settings, CancellationToken.None);
        Schemas.AssertValid("relocation", File.ReadAllText(report));
        Assert.Contains("AIRGAP4104", File.ReadAllText(report), "A warning is among what is validated.");

        await new Publisher(client).RunAsync(items, settings with { Archive = "out/", Registry = "" }, CancellationToken.None);
        Schemas.AssertValid("relocation", File.ReadAllText(report));

        JsonNode changed = JsonNode.Parse(File.ReadAllText(report))!;
        changed["items"]![0]!["outcome"] = "moved";
        changed["items"]![1]!.AsObject().Remove("images");
        changed["more"] = 1;
        Assert.IsGreaterThanOrEqualTo(3, Schemas.Validate("relocation", changed.ToJsonString()).Count);
    }
}
