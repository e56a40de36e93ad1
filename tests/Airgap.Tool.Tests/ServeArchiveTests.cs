using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary><c>serve</c> over archives, with certificates and users.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ServeArchiveTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task ArchivesAreServedUnderTheirNamesOrOthers()
    {
        await using ServedTool tool = await ServedTool.StartAsync(
            "--tar", Fixtures.Golden("simple-app-bundle.tar"), "--tar", $"{Fixtures.Golden("nested-bundle.tar")}=platform/nested",
            "--prefix", "apps", "--access-log");
        using RegistryContent content = new(tool.Address);
        CollectionAssert.AreEqual(
            (string[])["apps/platform/nested", "apps/simple-app-bundle"], (await content.RepositoriesAsync()).ToArray());
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");
        await content.AssertCompleteAsync("apps/platform/nested", "v1.0.0");
        Assert.AreEqual(0, await tool.StopAsync());
        Assert.Contains(" - GET /v2/apps/simple-app-bundle/manifests/v1.0.0 200 in=0 out=", tool.Error);
        Assert.AreEqual($"{tool.Address}\n", tool.Output.ReplaceLineEndings("\n"));
    }

    [TestMethod]
    public async Task ContentPulledAndCopiedFromAServedArchive_IsTheArchives()
    {
        using TempFolder folder = new();
        await using RegistryFixture imported = await RegistryFixture.StartEmptyAsync();
        await using ServedTool tool = await ServedTool.StartAsync("--tar", Fixtures.Golden("nested-bundle.tar"), "--prefix", "apps");
        string served = $"{tool.Address.Authority}/apps/nested-bundle:v1.0.0";

        await InProcess.SucceedAsync("pull", "-b", served, "-o", folder["pulled"], "--recursive");
        Assert.IsTrue(File.Exists(Path.Combine(folder["pulled"], ".imgpkg", "images.yml")));
        await InProcess.SucceedAsync("copy", "-b", served, "--to-tar", folder["again.tar"]);
        await InProcess.SucceedAsync("copy", "--tar", Fixtures.Golden("nested-bundle.tar"), "--to-repo", $"{imported.Host}/imported");
        await InProcess.SucceedAsync("copy", "-b", served, "--to-repo", $"{imported.Host}/copied");
        using RegistryContent content = RegistryContent.At(imported.Host);
        IReadOnlyList<string> tags = await content.TagsAsync("imported");
        CollectionAssert.AreEqual(tags.ToArray(), (await content.TagsAsync("copied")).ToArray());
        foreach (string tag in tags)
            Assert.AreEqual((await content.ManifestAsync("imported", tag)).Digest, (await content.ManifestAsync("copied", tag)).Digest);
    }

    [TestMethod]
    public async Task HttpsWithUsersIsReachedWithThePrintedAuthorityAndAPasswordAlone()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["users"], $"anna:{BCrypt.Net.BCrypt.HashPassword("secret-of-anna", 4)}\n");
        await using ServedTool tool = await ServedTool.StartAsync(
            "--tar", Fixtures.Golden("simple-app-bundle.tar"), "--listen", "0.0.0.0:0", "--host", "registry.corp.example",
            "--tls-self-signed", "--htpasswd", folder["users"]);
        Assert.AreEqual("https", tool.Address.Scheme);
        Assert.DoesNotContain("AIRGAP3023", tool.Error);
        string authority = await WaitForAsync(() => tool.Output, "-----END CERTIFICATE-----");
        using X509Certificate2 root =
            X509Certificate2.CreateFromPem(authority.AsSpan(authority.IndexOf("-----BEGIN", StringComparison.Ordinal)));
        using HttpClient client = new(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { root },
                    RevocationMode = X509RevocationMode.NoCheck
                },
            },
        })
        { BaseAddress = tool.Address };

        Assert.AreEqual(HttpStatusCode.Unauthorized, (await client.GetAsync("/v2/", TestContext.CancellationToken)).StatusCode);
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("anna:secret-of-anna")));
        Assert.AreEqual(HttpStatusCode.OK, (await client.GetAsync("/v2/", TestContext.CancellationToken)).StatusCode);
        client.DefaultRequestHeaders.Host = "registry.corp.example";
        Assert.AreEqual(HttpStatusCode.OK, (await client.GetAsync("/v2/", TestContext.CancellationToken)).StatusCode);
    }

    [TestMethod]
    public async Task AServerReachableByOthers_WarnsOfMissingProtection()
    {
        await using ServedTool tool =
            await ServedTool.StartAsync("--tar", Fixtures.Golden("simple-app-bundle.tar"), "--listen", "0.0.0.0:0");
        Assert.Contains("AIRGAP3023", tool.Error);
        Assert.Contains("can read its content", tool.Error);
    }

    [TestMethod]
    [DataRow("serve --tar", "")]
    [DataRow("serve --folder x --tar y", "AIRGAP2022: A folder and an archive are given")]
    [DataRow("serve --tar =x", "AIRGAP2022: '=x' names no archive")]
    [DataRow("serve --tar x=", "AIRGAP2022: 'x=' names no archive")]
    [DataRow("serve --tar none.tar", "AIRGAP3001")]
    [DataRow("serve --folder x --tls-cert a", "AIRGAP2022: Only one of --tls-cert and --tls-key is given")]
    [DataRow("serve --folder x --tls-cert none.pem --tls-key none.key", "AIRGAP3001")]
    [DataRow("serve --folder x --tls-self-signed --tls-cert a --tls-key b", "AIRGAP2022: --tls-self-signed and --tls-cert are both given")]
    [DataRow("serve --folder x --tls-self-signed --host a/b", "AIRGAP2022: 'a/b' is not a host name")]
    [DataRow("serve --folder x --max-blob-size much", "AIRGAP2022: 'much' is not a value of --max-blob-size")]
    [DataRow("serve --folder x --prefix apps", "AIRGAP2011: Flag --prefix can only be used with --tar")]
    [DataRow("serve --folder x --read-only --gc", "AIRGAP2011: Flag --gc can only be used with --folder, and not with --read-only")]
    [DataRow("serve --tar y --gc-grace 1h", "AIRGAP2011: Flag --gc-grace can only be used with --folder")]
    [DataRow("serve --tar y --sparse-indexes", "AIRGAP2011: Flag --sparse-indexes can only be used with --folder")]
    [DataRow("serve --tar y --max-uploads 5", "AIRGAP2011: Flag --max-uploads can only be used with --folder")]
    [DataRow("serve --folder x --read-only --max-blob-size 1GB", "AIRGAP2011: Flag --max-blob-size can only be used with --folder")]
    [DataRow("serve --folder x --gc=false --gc-grace 1h", "AIRGAP2011: Flag --gc-grace cannot be used with --gc=false")]
    [DataRow("serve --tar none.tar --gc=false", "AIRGAP3001")]
    public async Task AnInvalidCombination_IsRefusedAtOnce(string line, string expected)
    {
        CliResult result = await InProcess.RunAsync(line.Split(' '));
        result.AssertFailed(expected);
        Assert.DoesNotContain("   at ", result.Error);
        Assert.IsFalse(Directory.Exists("x"));
    }

    [TestMethod]
    [DataRow("1", 1L)]
    [DataRow("20GB", 20_000_000_000L)]
    [DataRow("1.5 kB", 1500L)]
    [DataRow("2tb", 2_000_000_000_000L)]
    public void SizesAreReadAsPeopleWriteThem(string text, long bytes) => Assert.AreEqual(bytes, SizeText.Parse("--x", text));

    private static async Task<string> WaitForAsync(Func<string> text, string end)
    {
        while (!text().Contains(end, StringComparison.Ordinal))
            await Task.Yield();
        return text();
    }
}
