using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>A bundle is copied from a mirror in registries.conf, but keeps the name that the command line gives.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class SourceMirrorTests
{
    private const string Bundle = "origin.example.com/mirror/simple-app-bundle:v1.0.0";

    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public async Task TheOriginIsNamed_AndTheReportSaysWhereItWasRead()
    {
        await using RegistryFixture mirror = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        await WriteAsync($"""
            [[registry]]
            location = "origin.example.com"
            [[registry.mirror]]
            location = "{mirror.Host}"
            [[registry]]
            location = "{destination.Host}"
            blocked = true
            """);
        CliResult copy = await InProcess.RunAsync(
            "copy", "-b", Bundle, "--to-repo", $"{destination.Host}/apps", "--registries-conf", _folder["registries.conf"], "--json",
            "--lock-output", _folder["lock.yml"]);
        Assert.AreEqual(0, copy.ExitCode, copy.Error + copy.Output);
        JsonNode report = JsonNode.Parse(copy.Output)!;
        JsonNode use = Assert.ContainsSingle(report["sources"]!.AsArray())!;
        Assert.AreEqual("origin.example.com", (string?)use["of"]);
        Assert.AreEqual(mirror.Host, (string?)use["from"]);
        Assert.IsGreaterThan(0, (int)use["manifests"]!);
        Assert.Contains("origin.example.com", (string)report["source"]!);
        foreach (JsonNode? image in report["items"]!.AsArray())
            Assert.StartsWith(mirror.Host, (string)Assert.ContainsSingle(image!["mirrors"]!.AsArray())!);
        Assert.Contains($"{mirror.Host} was read in place of origin.example.com", copy.Error);
        Assert.DoesNotContain(mirror.Host, await File.ReadAllTextAsync(_folder["lock.yml"]));
    }

    [TestMethod]
    [DataRow("[[registry]]\nlocation = \"origin.example.com\"\nblocked = true", "AIRGAP1054")]
    [DataRow("[[registry]]", "AIRGAP1053")]
    public async Task ABlockedSource_OrAnInvalidFile_IsOneError(string text, string code)
    {
        await WriteAsync(text);
        CliResult copy = await InProcess.RunAsync(
            "copy", "-b", Bundle, "--to-tar", _folder["a.tar"], "--registries-conf", _folder["registries.conf"]);
        copy.AssertFailed(code);
        Assert.IsFalse(File.Exists(_folder["a.tar"]));
    }

    [TestMethod]
    [DataRow("describe -b")]
    [DataRow("packages list -b")]
    [DataRow("verify -b")]
    [DataRow("tag resolve -i")]
    [DataRow("tag list -i")]
    public async Task EachCommandThatReadsASourceHeedsIt(string command)
    {
        await WriteAsync("[[registry]]\nlocation = \"origin.example.com\"\nblocked = true");
        CliResult result = await InProcess.RunAsync(
            [.. command.Split(' '), command == "tag list -i" ? Bundle.Split(':')[0] : Bundle, "--registries-conf",
                _folder["registries.conf"]]);
        result.AssertFailed("AIRGAP1054");
    }

    [TestMethod]
    [DataRow("push -i localhost:1/a/b:1 -f a")]
    [DataRow("secret --for localhost:1")]
    [DataRow("package-repository -b localhost:1/a/b:1")]
    public async Task ACommandThatReadsNoSourceHasNoSuchFlag(string command)
    {
        CliResult result = await InProcess.RunAsync([.. command.Split(' '), "--registries-conf=system"]);
        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains("'--registries-conf", result.Error);
        Assert.Contains("AIRGAP2022", result.Error);
    }

    [TestMethod]
    [DataRow("diff --lock lock.yml --to-repo localhost:1/a/b")]
    [DataRow("prune --keep lock.yml --repo localhost:1/a/b")]
    [DataRow("prune --execute plan.json")]
    public async Task WithoutAProjectItIsRefused(string command)
    {
        CliResult result = await InProcess.RunAsync([.. command.Split(' '), "--registries-conf", _folder["registries.conf"]]);
        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains("--registries-conf says where sources are read, but only the tags of a project would be read there", result.Error);
    }

    [TestMethod]
    public async Task AnotherRepositoryOfTheSameRegistryIsToldOf()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        await WriteAsync($"""
            [[registry]]
            prefix = "{registry.Host}/apps"
            location = "{registry.Host}/mirror"
            """);
        CliResult found = await InProcess.RunAsync(
            "tag", "resolve", "-i", $"{registry.Host}/apps/simple-app-bundle:v1.0.0", "--registries-conf", _folder["registries.conf"]);
        CliResult copy = await InProcess.RunAsync(
            "copy", "-b", $"{registry.Host}/apps/simple-app-bundle:v1.0.0", "--to-tar", _folder["a.tar"], "--registries-conf",
            _folder["registries.conf"]);
        Assert.AreEqual(0, found.ExitCode, found.Error);
        Assert.AreEqual(0, copy.ExitCode, copy.Error);
        Assert.Contains(
            $"{registry.Host}/mirror/simple-app-bundle was read in place of {registry.Host}/apps/simple-app-bundle", copy.Error);
    }

    [TestMethod]
    public async Task PackagesAreChosenOfTheMirrorsBundle()
    {
        await using RegistryFixture mirror = await RegistryFixture.StartWithFixturesAsync();
        await WriteAsync($"[[registry]]\nlocation = \"origin.example.com\"\n[[registry.mirror]]\nlocation = \"{mirror.Host}\"");
        CliResult copy = await InProcess.RunAsync(
            "copy", "-b", Bundle, "--package", "simple-app.example.com", "--to-tar", _folder["a.tar"], "--registries-conf",
            _folder["registries.conf"]);
        Assert.AreEqual(0, copy.ExitCode, copy.Error);
    }

    [TestMethod]
    public async Task SignaturesAreReadFromTheMirror()
    {
        await using RegistryFixture mirror = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture origin = await RegistryFixture.StartEmptyAsync();
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(_folder["key"], key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(_folder["pub"], key.ExportSubjectPublicKeyInfoPem());
        CliResult signed = await InProcess.RunAsync(
            "copy", "-b", $"{mirror.Host}/mirror/simple-app-bundle:v1.0.0", "--to-repo", $"{mirror.Host}/signed/app", "--sign-images",
            "--sign-key", _folder["key"]);
        Assert.AreEqual(0, signed.ExitCode, signed.Error);
        await WriteAsync($"[[registry]]\nlocation = \"{origin.Host}\"\n[[registry.mirror]]\nlocation = \"{mirror.Host}\"");
        foreach (string command in (string[])[$"copy --to-tar {_folder["a.tar"]}", $"pull -o {_folder["out"]}"])
        {
            CliResult read = await InProcess.RunAsync(
                [.. command.Split(' '), "-b", $"{origin.Host}/signed/app:v1.0.0", "--verify-key", _folder["pub"], "--registries-conf",
                    _folder["registries.conf"]]);
            Assert.AreEqual(0, read.ExitCode, read.Error);
        }
    }

    private Task WriteAsync(string text) => File.WriteAllTextAsync(_folder["registries.conf"], text);
}
