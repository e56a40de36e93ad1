using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>
/// Each failure a user can meet has a code and advice, exit code 1, no stack trace, and leaves nothing that looks finished.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class BadInputTests
{
    private const string Simple = "registry.local:5055/user1/simple-app-bundle:v1.0.0";
    private const string Digest = "sha256:92a7a4dbfa6939d8b273071af943214ce0d8e85c44b01484c801a08f05da55cd";

    [TestMethod]
    [DataRow("copy -b registry.local:5055/user1/simple-app-bundle:nope --to-tar out.tar", 1005, "nope")]
    [DataRow("copy -b registry.local:5055/nothing/here --to-tar out.tar", 1005, "nothing/here")]
    [DataRow("copy -b registry.local:5055/apps/frontend:1.0.0 --to-tar out.tar", 2004,
        "Expected bundle image but found plain image (hint: Did you use -i instead of -b?)")]
    [DataRow("copy -b registry.local:5055/apps/multi:1.0.0 --to-tar out.tar", 2004,
        "Expected bundle image but found plain image (hint: Did you use -i instead of -b?)")]
    [DataRow("copy -i registry.local:5055/user1/simple-app-bundle:v1.0.0 --to-tar out.tar", 2005,
        "Expected bundle flag when copying a bundle (hint: Use -b instead of -i for bundles)")]
    [DataRow("copy --lock missing.yml --to-tar out.tar", 3001, "missing.yml")]
    [DataRow("copy --tar missing.tar --to-repo registry.local:5055/out/x", 3001, "missing.tar")]
    [DataRow("copy -b unknown-host.invalid/a/b --to-tar out.tar --registry-retry-count 1", 1001, "unknown-host.invalid")]
    [DataRow("copy -b 127.0.0.1:9/a/b --to-tar out.tar --registry-retry-count 1", 1001, "127.0.0.1:9")]
    [DataRow("copy -b registry.local:5055/user1/simple-app-bundle:v1.0.0 --to-tar no/such/folder/out.tar", 3001, "no/such/folder")]
    [DataRow("copy -b registry.local:5055/user1/simple-app-bundle:v1.0.0 --to-tar out.tar --registry-ca-cert-path missing.pem",
        2018, "missing.pem")]
    public async Task AWrongCommandLine_FailsWithItsCode_AndLeavesNoFile(string line, int code, string phrase)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        bench.Environment["NO_PROXY"] = "127.0.0.1,unknown-host.invalid";

        await FailsAsync(bench, line.Split(' '), code, phrase);

        Assert.IsEmpty(bench.Finished());
    }

    [TestMethod]
    [DataRow("images:\n- image: registry.local:5055/apps/frontend:1.0.0\n", 2007, 5)]
    [DataRow("images:\n- image: [\n", 2006, 5)]
    [DataRow("images:\n- image: registry.local:5055/apps/frontend@" + Digest + "\n  surprise: 1\n", 2006, 6)]
    public async Task Locks_AreRefusedWithTheirPlace(string body, int code, int line)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await File.WriteAllTextAsync(bench.Folder["images.yml"], $"---\napiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n{body}");

        JsonElement error = await FailsAsync(bench, ["copy", "--lock", "images.yml", "--to-tar", "out.tar"], code, "images.yml");

        Assert.AreEqual("images.yml", error.GetProperty("file").GetString());
        Assert.IsTrue(error.GetProperty("line").GetInt32() is var at && (at == line || code == 2006), $"line {at}");
        Assert.IsGreaterThan(0, error.GetProperty("column").GetInt32());
        Assert.IsEmpty(bench.Finished("images.yml"));
    }

    [TestMethod]
    public async Task CorruptLayer_IsADigestMismatch()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        bench.Registry.OnRequest = (request, _) => request.Kind == RequestKind.BlobGet && request.Repository == "apps/frontend"
            ? Fault.CorruptBody() : null;

        JsonElement error = await FailsAsync(
            bench, ["copy", "-b", Simple, "--to-tar", "out.tar", "--registry-retry-count", "1"], 1011, "sha256:");

        Assert.Contains("sha256:", error.GetProperty("digest").GetString()!);
        Assert.IsEmpty(bench.Finished());
    }

    [TestMethod]
    [DataRow(3000)]
    [DataRow(700)]
    [DataRow(10)]
    public async Task TruncatedArchive_LeavesNoTag(int bytes)
    {
        await using Bench bench = await Bench.StartAsync(new RegistryFixtureOptions());
        byte[] golden = await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"));
        await File.WriteAllBytesAsync(bench.Folder["cut.tar"], golden[..bytes]);

        await FailsAsync(bench, ["copy", "--tar", "cut.tar", "--to-repo", "registry.local:5055/out/simple"], 2012, "cut.tar");

        Assert.IsEmpty(bench.Registry.Of(RequestKind.ManifestPut));
    }

    [TestMethod]
    public async Task ForeignFile_IsNoArchive()
    {
        await using Bench bench = await Bench.StartAsync(new RegistryFixtureOptions());

        await FailsAsync(bench, ["copy", "--tar", Fixtures.Input("cosign.pub"), "--to-repo", "registry.local:5055/out/simple"],
            2012, "cosign.pub");
    }

    [TestMethod]
    public async Task DamagedArchive_LeavesNoTag()
    {
        await using Bench bench = await Bench.StartAsync(new RegistryFixtureOptions());
        byte[] archive = await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"));
        // The last layer's bytes end before its padding and the two blocks of zeros at the end.
        int last = Array.FindLastIndex(archive, value => value != 0);
        archive[last] ^= 1;
        await File.WriteAllBytesAsync(bench.Folder["bad.tar"], archive);

        await FailsAsync(bench, ["copy", "--tar", "bad.tar", "--to-repo", "registry.local:5055/out/simple"], 2014, "sha256:");

        using RegistryContent content = new(bench.Registry.Address);
        Assert.DoesNotContain("v1.0.0", (await content.TagsAsync("out/simple")).ToArray());
    }

    [TestMethod]
    public async Task WrongPassword_IsUnauthorized_AndNotShown()
    {
        await using Bench bench =
            await Bench.StartAsync(new RegistryFixtureOptions { WithFixtures = true, BasicAuth = ("scott", "right") });

        await FailsAsync(
            bench, ["copy", "-b", Simple, "--to-tar", "out.tar", "--registry-username", "scott", "--registry-password", "wrong-secret"],
            1003, "registry.local:5055");

        Assert.IsEmpty(bench.Finished());
    }

    [TestMethod]
    public async Task RefusingDestination_IsAnError()
    {
        await using Bench bench = await Bench.StartAsync(new RegistryFixtureOptions());
        bench.Registry.OnRequest = (request, _) => request.Method is "POST" or "PUT" or "PATCH"
            ? Fault.Status(403, """{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}""")
            : null;

        await FailsAsync(bench, ["copy", "--tar", Fixtures.Golden("simple-app-bundle.tar"), "--to-repo", "registry.local:5055/out/simple",
            "--lock-output", "lock.yml"], 1004, "out/simple");

        Assert.IsEmpty(bench.Finished());
    }

    [TestMethod]
    public async Task UnknownAuthority_IsACertificateError()
    {
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        await using Bench bench = await Bench.StartAsync(new RegistryFixtureOptions { WithFixtures = true, Certificate = certificate });
        bench.Environment["NO_PROXY"] = "127.0.0.1";
        bench.Environment["HTTP_PROXY"] = null;
        bench.Environment["http_proxy"] = null;
        string reference = $"{bench.Registry.Host}/apps/frontend:1.0.0";

        await FailsAsync(bench, ["copy", "-i", reference, "--to-tar", "out.tar"], 1002, bench.Registry.Host);
        Assert.IsEmpty(bench.Finished());

        await File.WriteAllTextAsync(bench.Folder["ca.pem"], certificate.ExportCertificatePem());
        CliResult trusted = await bench.RunAsync("copy", "-i", reference, "--to-tar", "out.tar", "--registry-ca-cert-path", "ca.pem");
        Assert.AreEqual(0, trusted.ExitCode, trusted.Error);
    }

    [TestMethod]
    public async Task UnknownVariable_IsRefused()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        bench.Environment["IMGPKG_REGISTRY_SURPRISE"] = "1";

        await FailsAsync(bench, ["copy", "-b", Simple, "--to-tar", "out.tar"], 2019, "IMGPKG_REGISTRY_SURPRISE");
    }

    private static async Task<JsonElement> FailsAsync(Bench bench, string[] args, int code, string phrase)
    {
        CliResult text = await bench.RunAsync(args);
        (CliResult json, JsonElement document) = await bench.RunJsonAsync(args);

        Assert.AreEqual(1, text.ExitCode, text.Output + text.Error);
        Assert.IsEmpty(text.Output);
        Assert.Contains($"dotnet-airgap: Error: AIRGAP{code}: ", text.Error);
        Assert.Contains(phrase, text.Error);
        Assert.DoesNotContain("   at ", text.Error);
        Assert.DoesNotContain("secret", text.Error);
        Assert.AreEqual(1, json.ExitCode);
        Assert.IsFalse(document.GetProperty("succeeded").GetBoolean());
        JsonElement error = document.GetProperty("errors")[0];
        Assert.AreEqual($"AIRGAP{code}", error.GetProperty("code").GetString());
        Assert.AreNotEqual("", error.GetProperty("advice").GetString());
        return error;
    }
}
