using System.Text;
using Airgap.Oci.Client;
using Airgap.Oci.Creating;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.TestKit.Services;

namespace Airgap.Oci.Tests.Client;

/// <summary>Repositories that a push needs are created in Amazon ECR.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class CreatedEcrRepositoriesTests : CreatedRepositoriesTestBase
{
    [TestMethod]
    [DataRow("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1/ecr/")]
    [DataRow("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1/ecr/")]
    [DataRow("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1/ecr/")]
    [DataRow("123456789012.dkr-ecr.eu-west-1.on.aws", "eu-west-1/ecr/")]
    [DataRow("public.ecr.aws", "us-east-1/ecr-public/")]
    [DataRow("ecr-public.aws.com", "us-east-1/ecr-public/")]
    public async Task AnAmazonRepository_IsCreated_ByASignedRequest(string host, string scope)
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = ecr.Bend(host);
        string? signature = null;
        ecr.OnSigned = header => signature = header;
        using RegistryClient client = Client(registry, ecr.Variables, new());

        await PushAsync(client, $"{host}/apps/web");

        // In the public gallery, apps is the registry's alias.
        bool isGallery = host.Contains("public", StringComparison.Ordinal);
        string name = isGallery ? "web" : "apps/web";
        Assert.AreEqual(name, ecr.Repositories.Keys.Single());
        Assert.Contains(scope, signature!);
        Assert.AreEqual(isGallery ? null : "123456789012",
            ecr.Repositories[name].TryGetProperty("registryId", out var id) ? id.GetString() : null);
        CollectionAssert.AreEqual(new[] { $"Created the ECR repository {host}/apps/web." }, _told.ToArray());
    }

    [TestMethod]
    public async Task AGallerysRepository_HasAnAliasBeforeItsName()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = ecr.Bend("public.ecr.aws");
        using RegistryClient client = Client(registry, ecr.Variables, new());
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PushAsync(client, "public.ecr.aws/web"));
        Assert.AreEqual(ErrorCode.RepositoryNotCreated, e.Code, e.Message);
        Assert.Contains("public.ecr.aws/ALIAS/web", e.Advice);
        Assert.AreEqual(0, ecr.Count("CreateRepository"));
    }

    [TestMethod]
    public async Task ARepository_HasItsSettings()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = ecr.Bend(Ecr);
        RepositorySettings settings = RepositorySettingsFile.Parse(Encoding.UTF8.GetBytes("""
            {"ecr":{"tags":{"team":"platform"},"imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusions":["dev-*"],
            "encryption":{"type":"KMS","kmsKey":"alias/apps"},"scanOnPush":true,
            "lifecyclePolicy":{"rules":[ ]},"repositoryPolicy":{"Version":"2012-10-17"}}}
            """), "settings.json");
        using RegistryClient client = Client(registry, ecr.Variables, new() { Settings = settings });

        await PushAsync(client, $"{Ecr}/apps/web");

        Assert.AreEqual(
            """{"registryId":"123456789012","repositoryName":"apps/web","tags":[{"Key":"team","Value":"platform"}],"imageTagMutability":"IMMUTABLE_WITH_EXCLUSION","imageTagMutabilityExclusionFilters":[{"filterType":"WILDCARD","filter":"dev-*"}],"encryptionConfiguration":{"encryptionType":"KMS","kmsKey":"alias/apps"},"imageScanningConfiguration":{"scanOnPush":true}}""",
            ecr.Repositories["apps/web"].GetRawText());
        Assert.AreEqual("""{"rules":[ ]}""", ecr.Policies["PutLifecyclePolicy apps/web"]);
        Assert.AreEqual("""{"Version":"2012-10-17"}""", ecr.Policies["SetRepositoryPolicy apps/web"]);
    }

    [TestMethod]
    public async Task ManyPushes_CreateARepositoryOnce()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = ecr.Bend(Ecr);
        using RegistryClient client = Client(registry, ecr.Variables, new());
        IImageRepository repository = client.GetRepository(RepositoryName.Parse($"{Ecr}/apps/web"));

        await Task.WhenAll(Enumerable.Range(0, 12).Select(
            seed => repository.PushBlobAsync(new MemoryBlob(Responses.Blob(1000, seed)), null, null, None)));
        await PushAsync(client, $"{Ecr}/apps/web");

        Assert.AreEqual(1, ecr.Count("CreateRepository"));
        using RegistryClient later = Client(registry, ecr.Variables, new());
        await PushAsync(later, $"{Ecr}/apps/web");
        Assert.HasCount(1, ecr.Calls, "what is there costs no request");
    }

    [TestMethod]
    public async Task AnotherProcess_MayCreateItFirst()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = ecr.Bend(Ecr);
        ecr.OnCall = (operation, input) =>
        {
            if (operation == "CreateRepository")
                ecr.Repositories.TryAdd("apps/web", input);
            return Task.CompletedTask;
        };
        using RegistryClient client = Client(registry, ecr.Variables, new());
        await PushAsync(client, $"{Ecr}/apps/web");
        Assert.IsEmpty(_told, "it was not this run that created it");
    }

    [TestMethod]
    public async Task WithoutTheFlag_TheErrorSaysWhatToDo()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = ecr.Bend(Ecr);
        using RegistryClient client = Client(registry, ecr.Variables, null);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PushAsync(client, $"{Ecr}/apps/web"));
        Assert.AreEqual(ErrorCode.RepositoryUnknown, e.Code);
        Assert.Contains("have missing repositories created", e.Advice);
        Assert.IsEmpty(ecr.Calls);
    }

    [TestMethod]
    [DataRow("CreateRepository", ErrorCode.CreationForbidden, "ecr:CreateRepository")]
    [DataRow("PutLifecyclePolicy", ErrorCode.RepositorySettingsNotApplied, "ecr:PutLifecyclePolicy")]
    public async Task ADeniedRequestNamesThePermission(string denied, ErrorCode code, string permission)
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = ecr.Bend(Ecr);
        ecr.Denied.Add(denied);
        using RegistryClient client = Client(
            registry, ecr.Variables, new() { Settings = new() { Ecr = new() { LifecyclePolicy = "{}" } } });
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PushAsync(client, $"{Ecr}/apps/web"));
        Assert.AreEqual(code, e.Code);
        Assert.Contains(permission, e.Advice);
        Assert.Contains("not authorized to perform", e.Message);
        if (denied == "CreateRepository")
            await Assert.ThrowsExactlyAsync<AirgapException>(() => PushAsync(client, $"{Ecr}/apps/web"));
        Assert.HasCount(denied == "CreateRepository" ? 1 : 2, ecr.Calls, "a refusal is not asked for again");
    }

    [TestMethod]
    public async Task WithoutKeys_TheErrorNamesTheSearchedPlaces()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = ecr.Bend(Ecr);
        using RegistryClient client = Client(registry, new() { ["AWS_EC2_METADATA_DISABLED"] = "true" }, new());
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PushAsync(client, $"{Ecr}/apps/web"));
        Assert.AreEqual(ErrorCode.NoCreationCredentials, e.Code);
        Assert.Contains("AWS_ACCESS_KEY_ID, AWS_WEB_IDENTITY_TOKEN_FILE", e.Message);
    }

    [TestMethod]
    public async Task AWrongSignature_IsRefused()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = ecr.Bend(Ecr);
        Dictionary<string, string> variables = ecr.Variables;
        variables["AWS_SECRET_ACCESS_KEY"] = "another";
        using RegistryClient client = Client(registry, variables, new());
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PushAsync(client, $"{Ecr}/apps/web"));
        Assert.AreEqual(ErrorCode.CreationForbidden, e.Code);
    }

    [TestMethod]
    public async Task ADryRun_ReportsWhatWouldBeCreated()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        ecr.Repositories["apps/old"] = default;
        using RegistryClient client = Client(registry, ecr.Variables, new());
        Assert.AreEqual($"the ECR repository {Ecr}/apps/web", await MissingAsync(client, $"{Ecr}/apps/web"));
        Assert.IsNull(await MissingAsync(client, $"{Ecr}/apps/old"));
        Assert.AreEqual(0, ecr.Count("CreateRepository"));
        ecr.Denied.Add("DescribeRepositories");
        Assert.IsNull(await MissingAsync(client, $"{Ecr}/apps/web"), "it does not tell");
    }
}
