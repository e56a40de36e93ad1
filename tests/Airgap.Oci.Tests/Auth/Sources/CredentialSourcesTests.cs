using Airgap.Oci.Auth;
using Airgap.Oci.Credentials;

namespace Airgap.Oci.Tests.Auth.Sources;

[TestClass]
public sealed class CredentialSourcesTests : SourceTest
{
    [TestMethod]
    public async Task WithoutAnythingThereIsNothing() => Assert.IsNull(await FindAsync("r.corp.com/a"));

    [TestMethod]
    public async Task NothingIsReadBeforeTheFirstQuestion()
    {
        string file = WriteDockerConfig("{");
        ICredentialSource source = Create();
        File.WriteAllText(file, """{"auths":{"r.corp.com":{"username":"ann","password":"pw"}}}""");
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync(source, "r.corp.com/a"));
        File.WriteAllText(file, "{");
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync(source, "r.corp.com/a"), "and it is read once");
    }

    [TestMethod]
    public async Task ASourceThatAnswersLeavesTheOthersAlone()
    {
        WriteDockerConfig("{");
        Variables["IMGPKG_USERNAME"] = "ann";
        Variables["IMGPKG_PASSWORD"] = "pw";
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync("r.corp.com/a"));
    }

    [TestMethod]
    public async Task TheTraceNamesSourceAndRepositoryAndNoSecret()
    {
        string file = WriteDockerConfig($$$"""{"auths":{"r.corp.com":{"auth":"{{{Base64("ann:hunter2")}}}"}} }""");
        await FindAsync("r.corp.com/a");
        await FindAsync("s.corp.com/a");
        CollectionAssert.AreEqual(
            new[] { $"credentials for r.corp.com/a: username and password from docker config ({file})",
                "credentials for s.corp.com/a: none" },
            Traced);
    }

    [TestMethod]
    public async Task TheEnvironmentIsCopied()
    {
        Variables["IMGPKG_USERNAME"] = "ann";
        Variables["IMGPKG_PASSWORD"] = "pw";
        ICredentialSource source = Create();
        Variables["IMGPKG_USERNAME"] = "bob";
        Variables["IMGPKG_PASSWORD"] = "pw";
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync(source, "r.corp.com/a"));
    }

    [TestMethod]
    public async Task TheProcessesOwnEnvironmentIsTheDefault()
    {
        ICredentialSource source = CredentialSources.CreateDefault(new CredentialOptions { UserName = "ann", Password = "pw" });
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync(source, "r.corp.com/a"));
    }

    [TestMethod]
    public async Task ACancelledQuestionIsNotAsked()
    {
        Variables["IMGPKG_USERNAME"] = "ann";
        Variables["IMGPKG_PASSWORD"] = "pw";
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => FindAsync(Create(), "r.corp.com/a", new CancellationToken(canceled: true)));
    }

    [TestMethod]
    public async Task ManyMayAskAtOnce()
    {
        WriteDockerConfig("""{"auths":{"r.corp.com":{"username":"ann","password":"pw"}}}""");
        ICredentialSource source = Create();
        Credential?[] found = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(i => Task.Run(() => FindAsync(source, $"r.corp.com/a{i}"))));
        Assert.IsTrue(found.All(credential => credential == new Credential.Basic("ann", "pw")));
    }
}
