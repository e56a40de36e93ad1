using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.TestKit.Services;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Oci.Tests.Client;

/// <summary>Creates Harbor's projects and Quay's repositories that a push needs.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class CreatedProjectsTests : CreatedRepositoriesTestBase
{
    [TestMethod]
    public async Task AHarborProject_IsCreated_WithTheUsersPassword()
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
    public async Task AnotherRefusalOfHarbor_IsReportedUnchanged()
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
    public async Task AWrongPassword_IsReported()
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
    public async Task AHarborProjectCreatedByAnotherProcess_IsUsed(bool races)
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
    public async Task AHarborProject_CreatedBetweenTheRefusalAndTheLook_IsUsed()
    {
        FakeHarbor harbor = new();
        harbor.OnLook = name => harbor.Projects.TryAdd(name, true);
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = harbor.Bend();
        using RegistryClient client = Client(registry, [], new(), harbor.Login);
        await PushAsync(client, $"{Other}/apps/web");
        Assert.IsEmpty(harbor.Created);
        Assert.IsEmpty(_told);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AQuayRepository_IsCreated_WithAnApplicationsToken(bool hasOrganization)
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
    public async Task AQuayRepositoryCreatedByAnotherProcess_IsUsed()
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
    public async Task ARepositoryThatQuayCreatesOnPush_NeedsNothingElse()
    {
        FakeQuay quay = new() { CreatesOnPush = true };
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = quay.Bend();
        using RegistryClient client = Client(registry, [], null, ("$oauthtoken", FakeQuay.ApplicationToken));
        await PushAsync(client, $"{Other}/apps/web");
        Assert.IsEmpty(quay.Created);
    }

    [TestMethod]
    public async Task ARefusalOfQuay_IsReported()
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
    public async Task ARegistryOfAnotherKind_IsReported()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = (request, _) => request.Kind == RequestKind.UploadPost
            ? TestKit.Faults.Fault.Status(404, """{"errors":[{"code":"NAME_UNKNOWN","message":"no such repository"}]}""") : null;
        using RegistryClient client = Client(registry, [], new());
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PushAsync(client, $"{Other}/apps/web"));
        Assert.AreEqual(ErrorCode.CreationUnsupported, e.Code);
        Assert.Contains("no such repository", e.Message);
    }
}
