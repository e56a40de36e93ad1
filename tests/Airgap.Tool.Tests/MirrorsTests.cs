using System.Text.Json;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Wire;
using Airgap.Publishing;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary><c>mirrors</c> writes configurations that direct container engines to relocated images.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class MirrorsTests
{
    [TestMethod]
    [DataRow("--format registries.conf -o out", "AIRGAP2022")]
    [DataRow("--from none.json --format registries.conf -o out", "AIRGAP3001")]
    [DataRow("--from none.json --format hosts.tom -o out", "hosts.toml")]
    [DataRow("--from none.json -o out", "--format")]
    public async Task AMissingArgument_IsReported(string line, string word)
    {
        CliResult result = await InProcess.RunAsync(["mirrors", .. line.Split(' ')]);
        result.AssertFailed(word);
    }

    [TestMethod]
    public async Task ACopyOutOfAnArchiveSaysEnough()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture mirror = await RegistryFixture.StartEmptyAsync();
        CliResult written = await InProcess.RunAsync(
            "copy", "-b", $"{source.Host}/mirror/nested-bundle:v1.0.0", "--to-tar", folder["some.tar"]);
        Assert.AreEqual(0, written.ExitCode, written.ToString());
        CliResult imported = await InProcess.RunAsync(
            "copy", "--tar", folder["some.tar"], "--to-repo", $"{mirror.Host}/apps/it", "--lock-output", folder["lock.yml"], "--json");
        Assert.AreEqual(0, imported.ExitCode, imported.ToString());
        File.WriteAllText(folder["copy.json"], imported.Output);
        CliResult made = await InProcess.RunAsync(
            "mirrors", "--from", folder["copy.json"], "--format", "registries.conf", "-o", folder["out"]);
        Assert.AreEqual(0, made.ExitCode, made.ToString());
        string text = await File.ReadAllTextAsync(folder["out/registries.conf"]);
        // The bundle by its tag; its images by digest, under the names in the bundle.
        Assert.Contains($"prefix = \"{source.Host}/mirror/nested-bundle\"", text);
        Assert.Contains($"prefix = \"{Fixtures.Registry}/", text);
        Assert.Contains($"location = \"{mirror.Host}/apps/it\"\n", text);
        Assert.Contains("pull-from-mirror = \"digest-only\"", text);
        // The copy reached the mirror by plain http, so engines have to, too.
        Assert.Contains("insecure = true", text);

        CliResult wrong = await InProcess.RunAsync(
            "mirrors", "--from", folder["lock.yml"], "--format", "registries.conf", "-o", folder["none"]);
        wrong.AssertFailed("A lock does not record where images come from");
        File.WriteAllText(folder["failed.json"], "{\"command\":\"copy\",\"succeeded\":false,\"items\":[]}");
        Assert.Contains("AIRGAP2122", (await InProcess.RunAsync(
            "mirrors", "--from", folder["failed.json"], "--format", "registries.conf", "-o", folder["none"])).Error);
        Assert.IsFalse(Directory.Exists(folder["none"]));
    }

    [TestMethod]
    [DataRow("\"docker.io/a/b\"", "\"docker.io/a b\"")]
    [DataRow("\"final.local/a/b\"", "\"final.local/A b\"")]
    [DataRow("\"final.local/a/b\"", "7")]
    [DataRow("\"items\":", "\"items\":[],\"items\":")]
    public async Task ADamagedDocumentMakesNoMirror_AndAMarkOfItsEncodingDoesNotMatter(string of, string damaged)
    {
        using TempFolder folder = new();
        const string Whole = "{\"command\":\"copy\",\"succeeded\":true,\"items\":[{\"source\":\"docker.io/a/b\","
            + "\"destination\":\"final.local/a/b\",\"digest\":\"\",\"tags\":[\"v1\"]},{\"source\":\"docker.io/a/c\","
            + "\"destination\":\"final.local/a/c\",\"digest\":\"\",\"tags\":[\"v1\"]}]}";
        string[] command = ["mirrors", "--from", folder["copy.json"], "--format", "registries.conf", "-o", folder["out"]];
        File.WriteAllText(folder["copy.json"], Whole.Replace(of, damaged, StringComparison.Ordinal));

        (await InProcess.RunAsync(command)).AssertFailed("AIRGAP2122");
        Assert.IsFalse(Directory.Exists(folder["out"]));

        File.WriteAllText(folder["copy.json"], Whole, System.Text.Encoding.UTF8);
        CliResult made = await InProcess.RunAsync(command);
        Assert.AreEqual(0, made.ExitCode, made.ToString());
    }

    [TestMethod]
    public async Task OneShardDoesNotMakeAMirrorAndTheFinishDoes()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture mirror = await RegistryFixture.StartEmptyAsync();
        CliResult planned = await InProcess.RunAsync(
            "copy", "-b", $"{source.Host}/mirror/nested-bundle:v1.0.0", "--to-repo", $"{mirror.Host}/apps/it", "--plan-out",
            folder["plan.json"]);
        Assert.AreEqual(0, planned.ExitCode, planned.ToString());
        foreach (bool isFinish in (bool[])[false, true])
        {
            CliResult run = await InProcess.RunAsync(
                ["copy", "--plan", folder["plan.json"], "--json", .. isFinish ? (string[])["--finish"] : ["--shard", "1/1"]]);
            Assert.AreEqual(0, run.ExitCode, run.ToString());
            File.WriteAllText(folder["run.json"], run.Output);
            CliResult made = await InProcess.RunAsync(
                "mirrors", "--from", folder["run.json"], "--format", "registries.conf", "-o", folder["out"]);
            Assert.AreEqual(isFinish, made.ExitCode == 0, made.ToString());
            Assert.AreEqual(isFinish, Directory.Exists(folder["out"]));
            if (!isFinish)
                Assert.Contains("AIRGAP2122", made.Error);
            Assert.DoesNotContain("AIRGAP4149", made.Error);
        }

        CliResult sets = await InProcess.RunAsync(
            "mirrors", "--from", folder["run.json"], "--format", "ImageDigestMirrorSet", "-o", folder["sets"]);
        Assert.AreEqual(0, sets.ExitCode, sets.ToString());
        Assert.Contains($"AIRGAP4149: {mirror.Host} was reached by plain http", sets.Error);
    }

    [TestMethod]
    public async Task ACopyToSeveralRepositoriesReportsThemAll()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture mirror = await RegistryFixture.StartEmptyAsync();
        CliResult copied = await InProcess.RunAsync(
            "copy", "-b", $"{source.Host}/mirror/nested-bundle:v1.0.0", "--to-repo", $"{mirror.Host}/far", "--repo-template",
            "{registry}/{prefix}/{source.registry}/{source.repository}", "--json");
        Assert.AreEqual(0, copied.ExitCode, copied.ToString());

        using JsonDocument document = JsonDocument.Parse(copied.Output);
        string[] repositories =
        [
            .. document.RootElement.GetProperty("items").EnumerateArray()
                .Select(item => item.GetProperty("destination").GetString()!.Split('@')[0]).Distinct(),
        ];
        Assert.IsGreaterThan(1, repositories.Length, copied.Output);
        Assert.AreEqual(repositories.Length, document.RootElement.GetProperty("destination").GetString()!.Split(", ").Length);
        Assert.Contains("mirror/nested-bundle@sha256:", document.RootElement.GetProperty("reference").GetString()!);
        Assert.AreSequenceEqual([mirror.Host],
            document.RootElement.GetProperty("plainHttp").EnumerateArray().Select(host => host.GetString()!).ToArray());
        File.WriteAllText(folder["copy.json"], copied.Output);
        CliResult made = await InProcess.RunAsync(
            "mirrors", "--from", folder["copy.json"], "--format", "hosts.toml", "-o", folder["out"]);
        Assert.AreEqual(0, made.ExitCode, made.ToString());
        foreach (string file in Directory.GetFiles(folder["out"], "hosts.toml", SearchOption.AllDirectories))
            Assert.Contains($"[host.\"http://{mirror.Host}/v2/far/", await File.ReadAllTextAsync(file));
    }

    [TestMethod]
    public async Task SkopeoFindsAnImageByTheNameOfItsSourceAtTheMirror()
    {
        using TempFolder folder = new();
        RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture mirror = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client =
            new(new RegistryOptions(), CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));
        PublishItem item = new(PublishItemKind.Image, $"{source.Host}/apps/frontend:1.0.0", new Dictionary<string, string>(), null);
        PublishSettings settings = new()
        {
            ProjectDirectory = folder.Path,
            OutputPath = "airgap/",
            Registry = $"{mirror.Host}/far",
            RepositoryTemplate = "{registry}/{prefix}/{source.repository}"
        };
        await new Publisher(client).RunAsync([item], settings, CancellationToken.None);
        CliResult result = await InProcess.RunAsync(
            "mirrors", "--from", folder["airgap/relocation.json"], "--format", "registries.conf", "--format", "hosts.toml", "-o",
            folder["out"], "--json");
        Assert.AreEqual(0, result.ExitCode, result.ToString());
        Assert.HasCount(2, JsonDocument.Parse(result.Output).RootElement.GetProperty("files").EnumerateArray().ToArray());
        Assert.Contains($"[host.\"http://{mirror.Host}/v2/far\"]",
            await File.ReadAllTextAsync(Directory.GetFiles(folder["out/certs.d"], "hosts.toml", SearchOption.AllDirectories).Single()));

        // The source no longer exists: only the mirror can respond.
        string host = source.Host;
        await source.DisposeAsync();
        CliResult found = await Skopeo.RunAsync(
            ["--registries-conf", folder["out/registries.conf"], "inspect", "--raw", "--tls-verify=false",
                $"docker://{host}/apps/frontend:1.0.0"]);
        Assert.AreEqual(0, found.ExitCode, found.ToString());
        using RegistryContent content = RegistryContent.At(mirror.Host);
        Assert.AreSequenceEqual(
            (await content.ManifestAsync("far/apps/frontend", "1.0.0")).Bytes, System.Text.Encoding.UTF8.GetBytes(found.Output));
    }
}
