using System.Collections.Concurrent;
using System.Text;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Creating;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.TestKit.Services;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Oci.Tests.Client;

/// <summary>Repositories and projects that a push needs are created on request, each once, and only then.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class CreatedRepositoriesTests
{
    private const string Ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Other = "registry.corp.example";

    private readonly ConcurrentQueue<string> _told = new();

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    [DataRow("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1/ecr/")]
    [DataRow("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1/ecr/")]
    [DataRow("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1/ecr/")]
    [DataRow("123456789012.dkr-ecr.eu-west-1.on.aws", "eu-west-1/ecr/")]
    [DataRow("public.ecr.aws", "us-east-1/ecr-public/")]
    [DataRow("ecr-public.aws.com", "us-east-1/ecr-public/")]
    public async Task AnAmazonRepositoryIsCreatedByASignedRequest(string host, string scope)
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = ecr.Bend(host);
        string? signature = null;
        ecr.OnSigned = header => signature = header;
        using RegistryClient client = Client(registry, ecr.Variables, new());

        await PushAsync(client, $"{host}/apps/web");

        Assert.AreEqual("apps/web", ecr.Repositories.Keys.Single());
        Assert.Contains(scope, signature!);
        Assert.AreEqual(host.Contains("public", StringComparison.Ordinal) ? null : "123456789012",
            ecr.Repositories["apps/web"].TryGetProperty("registryId", out var id) ? id.GetString() : null);
        CollectionAssert.AreEqual(new[] { $"Created the ECR repository {host}/apps/web." }, _told.ToArray());
    }

    [TestMethod]
    public async Task ItHasTheSettings()
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
    public async Task ManyPushesCreateItOnceAndNothingIsCreatedThatIsThere()
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
    public async Task AnotherProcessMayCreateItFirst()
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
    public async Task WithoutTheRequestTheErrorSaysWhatToDo()
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
    public async Task WithoutKeysTheErrorNamesWhereTheyWereLookedFor()
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
    public async Task AWrongSignatureIsRefused()
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
    public async Task ADryLookSaysWhatWouldBeCreated()
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

    [TestMethod]
    public async Task AHarborProjectIsCreatedWithTheUsersPassword()
    {
        FakeHarbor harbor = new();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = harbor.Bend();
        using RegistryClient client = Client(
            registry, [], new() { Settings = new() { Harbor = new() { Public = true, StorageLimit = 1024 } } }, harbor.Login);

        Assert.AreEqual($"the Harbor project {Other}/apps", await MissingAsync(client, $"{Other}/apps/web"));
        Assert.IsEmpty(await client.GetRepository(RepositoryName.Parse($"{Other}/apps/web")).ListTagsAsync(None).ToArrayAsync());
        await PushAsync(client, $"{Other}/apps/web");
        await PushAsync(client, $"{Other}/apps/api/v2");

        Assert.AreEqual("""{"project_name":"apps","metadata":{"public":"true"},"storage_limit":1024}""",
            harbor.Created.Single().GetRawText());
        Assert.IsNull(await MissingAsync(client, $"{Other}/apps/web"));
        CollectionAssert.AreEqual(new[] { $"Created the Harbor project {Other}/apps." }, _told.ToArray());
    }

    [TestMethod]
    public async Task ARefusalOfHarborAboutSomethingElseIsToldAsItIs()
    {
        FakeHarbor harbor = new() { MayCreate = false };
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = harbor.Bend();
        using RegistryClient client = Client(registry, [], new(), harbor.Login);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PushAsync(client, $"{Other}/apps/web"));
        Assert.AreEqual(ErrorCode.CreationForbidden, e.Code);

        harbor.Projects["apps"] = true;
        registry.OnRequest = (request, context) => request.Kind == RequestKind.UploadPost
            ? TestKit.Faults.Fault.Status(403, """{"errors":[{"code":"DENIED","message":"only the owner pushes"}]}""")
            : harbor.Bend()(request, context);
        using RegistryClient other = Client(registry, [], new(), harbor.Login);
        e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PushAsync(other, $"{Other}/apps/web"));
        Assert.AreEqual(ErrorCode.Forbidden, e.Code, e.Message);
        Assert.IsEmpty(harbor.Created);
    }

    [TestMethod]
    public async Task AWrongPasswordIsToldAsOne()
    {
        FakeHarbor harbor = new();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = harbor.Bend();
        using RegistryClient client = Client(registry, [], new(), ("ci", "wrong"));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PushAsync(client, $"{Other}/apps/web"));
        Assert.AreEqual(ErrorCode.Unauthorized, e.Code, e.Message);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AHarborProjectOfAnotherProcessIsTaken(bool races)
    {
        FakeHarbor harbor = new();
        harbor.OnCreate = name => harbor.Projects.TryAdd(name, races);
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = harbor.Bend();
        using RegistryClient client = Client(registry, [], new(), harbor.Login);
        await PushAsync(client, $"{Other}/apps/web");
        Assert.IsEmpty(harbor.Created);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AQuayRepositoryIsCreatedWithAnApplicationsToken(bool hasOrganization)
    {
        FakeQuay quay = new();
        if (hasOrganization)
            quay.Organizations["apps"] = true;
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = quay.Bend();
        using RegistryClient client = Client(
            registry, [], new() { Settings = new() { Quay = new() { CreateOrganization = !hasOrganization, Description = "mirrored" } } },
            ("$oauthtoken", FakeQuay.ApplicationToken));

        Assert.AreEqual($"the Quay repository {Other}/apps/web", await MissingAsync(client, $"{Other}/apps/web"));
        await PushAsync(client, $"{Other}/apps/web");
        await PushAsync(client, $"{Other}/apps/web");

        Assert.AreEqual(
            """{"namespace":"apps","repository":"web","visibility":"private","description":"mirrored","repo_kind":"image"}""",
            quay.Created[^1].GetRawText());
        Assert.HasCount(hasOrganization ? 1 : 2, quay.Created);
        Assert.IsNull(await MissingAsync(client, $"{Other}/apps/web"));
    }

    [TestMethod]
    public async Task AQuayRepositoryOfAnotherProcessIsTaken()
    {
        FakeQuay quay = new();
        quay.Organizations["apps"] = true;
        quay.OnCreate = name => quay.Repositories.TryAdd(name, true);
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = quay.Bend();
        using RegistryClient client = Client(registry, [], new(), ("$oauthtoken", FakeQuay.ApplicationToken));
        await PushAsync(client, $"{Other}/apps/web");
        Assert.IsEmpty(quay.Created);
    }

    [TestMethod]
    public async Task WhereQuayCreatesOnPushNothingElseIsNeeded()
    {
        FakeQuay quay = new() { CreatesOnPush = true };
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = quay.Bend();
        using RegistryClient client = Client(registry, [], null, ("$oauthtoken", FakeQuay.ApplicationToken));
        await PushAsync(client, $"{Other}/apps/web");
        Assert.IsEmpty(quay.Created);
    }

    [TestMethod]
    public async Task WhatQuayRefusesIsTold()
    {
        FakeQuay quay = new();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = quay.Bend();
        using RegistryClient client = Client(registry, [], new(), ("$oauthtoken", FakeQuay.ApplicationToken));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PushAsync(client, $"{Other}/apps/web"));
        Assert.AreEqual(ErrorCode.CreationForbidden, e.Code);
        Assert.DoesNotContain(FakeQuay.ApplicationToken, e.ToString());
    }

    [TestMethod]
    public async Task ARegistryOfAnotherKindIsSaidToBeOne()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = (request, _) => request.Kind == RequestKind.UploadPost
            ? TestKit.Faults.Fault.Status(404, """{"errors":[{"code":"NAME_UNKNOWN","message":"no such repository"}]}""") : null;
        using RegistryClient client = Client(registry, [], new());
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PushAsync(client, $"{Other}/apps/web"));
        Assert.AreEqual(ErrorCode.CreationUnsupported, e.Code);
        Assert.Contains("no such repository", e.Message);
    }

    [TestMethod]
    public async Task AHundredBlobsAreAskedForWithOneRequest()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        ecr.Repositories["apps/web"] = default;
        MemoryBlob[] blobs = [.. Enumerable.Range(0, 150).Select(seed => new MemoryBlob(Responses.Blob(16, seed)))];
        string there = blobs[120].Descriptor.Digest.ToString();
        ecr.HasLayer = (_, digest) => digest == there;
        Dictionary<string, string> variables = ecr.Variables;
        variables["IMGPKG_ACTIVE_KEYCHAINS"] = "ecr";
        using RegistryClient client = Client(registry, variables, null);
        IImageRepository repository = client.GetRepository(RepositoryName.Parse($"{Ecr}/apps/web"));

        IReadOnlySet<Digest> present = await repository.FindPresentAsync([.. blobs.Select(blob => blob.Descriptor)], None);

        Assert.AreEqual(there, present.Single().ToString());
        Assert.AreEqual(2, ecr.Count("BatchCheckLayerAvailability"));
        Assert.IsEmpty(registry.Requests);
    }

    [TestMethod]
    public async Task WhatAmazonSaysIsAbsentIsSentWithoutAHead()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = TestKit.Faults.UploadBehaviour.Of(TestKit.Faults.UploadBehaviours.NoMount);
        ecr.Repositories["apps/web"] = default;
        MemoryBlob[] blobs = [.. Enumerable.Range(0, 4).Select(seed => new MemoryBlob(Responses.Blob(1_200_000, seed)))];
        using RegistryClient client = Client(registry, ecr.Variables, new());
        IImageRepository repository = client.GetRepository(RepositoryName.Parse($"{Ecr}/apps/web"));

        Assert.IsEmpty(await repository.FindPresentAsync([.. blobs.Select(blob => blob.Descriptor)], None));
        foreach (MemoryBlob blob in blobs)
            Assert.AreEqual(BlobOutcome.Copied, await repository.PushBlobAsync(blob, null, null, None));
        Assert.IsEmpty(registry.Of(RequestKind.BlobHead));
    }

    [TestMethod]
    [DataRow("denied")]
    [DataRow("keyless")]
    [DataRow("inactive")]
    public async Task WithoutAnAnswerNothingIsKnown(string why)
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        ecr.Denied.Add("BatchCheckLayerAvailability");
        Dictionary<string, string> variables = why == "keyless" ? new() { ["AWS_EC2_METADATA_DISABLED"] = "true" } : ecr.Variables;
        variables["IMGPKG_ACTIVE_KEYCHAINS"] = why == "inactive" ? "gke" : "ecr";
        using RegistryClient client = Client(registry, variables, null);
        IImageRepository repository = client.GetRepository(RepositoryName.Parse($"{Ecr}/apps/web"));
        Descriptor[] blobs = [.. Enumerable.Range(0, 5).Select(seed => new MemoryBlob(Responses.Blob(16, seed)).Descriptor)];
        Assert.IsEmpty(await repository.FindPresentAsync(blobs, None));
        Assert.IsEmpty(await repository.FindPresentAsync(blobs, None));
        Assert.HasCount(why == "denied" ? 1 : 0, ecr.Calls, "a service that does not tell is not asked again");
    }

    private static async Task PushAsync(RegistryClient client, string name)
    {
        IImageRepository repository = client.GetRepository(RepositoryName.Parse(name));
        await repository.PushBlobAsync(new MemoryBlob("{}"u8.ToArray()), null, null, None);
        await repository.PushManifestAsync(Manifest.Parse(Responses.ManifestBytes("one")), "v1", None);
        Assert.IsNotNull(await repository.ResolveAsync("v1", None));
    }

    private static Task<string?> MissingAsync(RegistryClient client, string name) =>
        client.GetRepository(RepositoryName.Parse(name)).FindMissingAsync(None);

    private RegistryClient Client(
        RegistryFixture registry, Dictionary<string, string> variables, RepositoryCreation? creation,
        (string User, string Password)? login = null)
    {
        RegistryOptions options = new()
        {
            AllowInsecure = true,
            MapEndpoint = (_, port) => ("127.0.0.1", port == 443 ? 9 : registry.Port),
            RetryDelay = TimeSpan.FromMilliseconds(1),
            LoadWait = TimeSpan.Zero,
            Environment = variables,
        };
        return new RegistryClient(
            options,
            CredentialSources.CreateDefault(new CredentialOptions
            {
                UserName = login?.User,
                Password = login?.Password,
                Environment = new Dictionary<string, string>(),
            }),
            creation is null ? null : creation with { Created = _told.Enqueue });
    }
}
