using System.Diagnostics;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>Archives in parts, by the tool: written while fetched, verified, written again, and read in place.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class PartsTests
{
    private const string Bundle = Fixtures.Registry + "/user1/nested-bundle:v1.0.0";

    [TestMethod]
    public async Task OverTheGapInParts()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        (await bench.RunAsync("copy", "-b", Bundle, "--to-tar", "a.tar", "--volume-size", "30kB")).EnsureSuccess();
        CliResult joined = await Cli.RunAsync(
            "sh", ["-c", "sha256sum -c a.tar.sha256 && cat a.tar.0* > whole.tar"], bench.Environment, bench.Folder.Path);
        Assert.AreEqual(0, joined.ExitCode, joined.Error + joined.Output);
        Assert.AreSequenceEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("nested-bundle.tar")), await File.ReadAllBytesAsync(bench.Folder["whole.tar"]));

        Directory.CreateDirectory(bench.Folder["disc2"]);
        File.Move(bench.Folder["a.tar.002"], bench.Folder["disc2/a.tar.002"]);
        CliResult missing = await bench.RunAsync("describe", "--tar", "a.tar");
        missing.AssertFailed("AIRGAP2132", "--parts-in");
        string[] read = ["--tar", "a.tar", "--parts-in", "disc2"];
        foreach (string[] command in (string[][])[
            ["describe"], ["verify"], ["tag", "list"], ["pull", "-o", "pulled"], ["copy", "--to-repo", $"{bench.Registry.Host}/new/it"]])
            (await bench.RunAsync([.. command, .. read])).EnsureSuccess();

        (await bench.RunAsync("archive", "verify", "--parts", "a.tar", "--parts-in", "disc2")).EnsureSuccess();
        byte[] part = await File.ReadAllBytesAsync(bench.Folder["disc2/a.tar.002"]);
        part[500] ^= 1;
        await File.WriteAllBytesAsync(bench.Folder["disc2/a.tar.002"], part);
        CliResult damaged = await bench.RunAsync("archive", "verify", "--parts", "a.tar.parts.json", "--parts-in", "disc2");
        Assert.AreEqual(1, damaged.ExitCode);
        Assert.Contains("a.tar.002 (--only 2)", damaged.Output);
        File.Move(bench.Folder["whole.tar"], bench.Folder["a.tar"]);
        (await bench.RunAsync("archive", "split", "a.tar", "--only", "2", "--output", "disc2")).EnsureSuccess();
        (await bench.RunAsync("archive", "verify", "--parts", "a.tar", "--parts-in", "disc2")).EnsureSuccess();
    }

    [TestMethod]
    public async Task PushWritesTheArchiveThatACopyOfThePushedBundleWouldHaveWritten()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        Directory.CreateDirectory(bench.Folder["bundle/.imgpkg"]);
        await File.WriteAllTextAsync(
            bench.Folder["bundle/.imgpkg/images.yml"], "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages: []\n");
        await File.WriteAllTextAsync(bench.Folder["bundle/app.yml"], "a: b\n");
        string reference = $"{bench.Registry.Host}/apps/made:v1";
        foreach ((string kind, string file, string to) in ((string, string, string)[])[
            ("-b", "bundle", "--to-tar"), ("-b", "bundle", "--to-oci-tar"), ("-i", "bundle/app.yml", "--to-tar")])
        {
            (await bench.RunAsync("push", kind, reference, "-f", file)).EnsureSuccess();
            (await bench.RunAsync("copy", kind, reference, to, "copied.tar")).EnsureSuccess();
            int requests = bench.Registry.Requests.Count;
            CliResult result = (await bench.RunAsync("push", kind, reference, "-f", file, to, "packed.tar")).EnsureSuccess();
            Assert.AreEqual(requests, bench.Registry.Requests.Count, "no registry is asked");
            Assert.DoesNotContain("AIRGAP2138", result.Error);
            Assert.AreSequenceEqual(
                await File.ReadAllBytesAsync(bench.Folder["copied.tar"]),
                await File.ReadAllBytesAsync(bench.Folder["packed.tar"]), $"{kind} {to}");
        }

        await File.WriteAllTextAsync(
            bench.Folder["bundle/.imgpkg/images.yml"],
            "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- image: " +
            $"{bench.Registry.Host}/apps/made@sha256:{new string('1', 64)}\n");
        CliResult pinning = (await bench.RunAsync(
            "push", "-b", reference, "-f", "bundle", "--to-tar", "pinning.tar", "--volume-size", "2kB")).EnsureSuccess();
        Assert.Contains("AIRGAP2138", pinning.Error);
        Assert.IsTrue(File.Exists(bench.Folder["pinning.tar.parts.json"]));
    }

    [TestMethod]
    public async Task OfALayoutWithSeveralBundlesEachGoesToItsOwnRepository()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        foreach (string bundle in (string[])["nested-bundle", "simple-app-bundle"])
            (await bench.RunAsync("copy", "-b", $"{Fixtures.Registry}/user1/{bundle}:v1.0.0", "--to-oci", "layout")).EnsureSuccess();
        CliResult both = await bench.RunAsync("copy", "--oci", "layout", "--to-repo", $"{bench.Registry.Host}/new/both");
        Assert.AreEqual(1, both.ExitCode, "both have the tag v1.0.0");

        await File.WriteAllTextAsync(bench.Folder["map"], $"# the second\n\nsimple-app-bundle:v1.0.0 = {bench.Registry.Host}/new/simple\n");
        string[] mapped = ["copy", "--oci", "layout", "--map", $"nested-bundle={bench.Registry.Host}/new/nested", "--map-file", "map"];
        CliResult dry = (await bench.RunAsync([.. mapped, "--dry-run"])).EnsureSuccess();
        Assert.Contains("new/simple", dry.Output);
        CliResult result = (await bench.RunAsync(mapped)).EnsureSuccess();
        Assert.Contains("new/nested@sha256:", result.Output);
        foreach ((string bundle, string to) in ((string, string)[])[("nested-bundle", "new/nested"), ("simple-app-bundle", "new/simple")])
        {
            (await bench.RunAsync("verify", "-b", $"{bench.Registry.Host}/{to}:v1.0.0")).EnsureSuccess();
            using RegistryContent content = new(bench.Registry.Address);
            string tags = string.Concat((await content.TagsAsync(to)).Order(StringComparer.Ordinal).Select(tag => $"{tag}\n"));
            string expected = string.Concat(
                (await File.ReadAllLinesAsync(Fixtures.Golden($"{bundle}.mirror-tags.txt"))).Select(line => line.Split(' ')[0] + "\n"));
            Assert.AreEqual(expected, tags, to);
        }

        CliResult unknown = await bench.RunAsync("copy", "--oci", "layout", "--map", $"none={bench.Registry.Host}/new/none");
        Assert.Contains("AIRGAP2139", unknown.Error);
        Assert.Contains("user1/nested-bundle:v1.0.0", unknown.Error);
        Assert.Contains("AIRGAP2022", (await bench.RunAsync("copy", "--oci", "layout", "--map", "nested-bundle")).Error);
    }

    [TestMethod]
    public async Task AKilledSplitLeavesNothingThatLooksComplete()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        File.Copy(Fixtures.Golden("nested-bundle.tar"), bench.Folder["whole.tar"]);
        Directory.CreateDirectory(bench.Folder["out"]);
        TaskCompletionSource begun = new();
        using FileSystemWatcher watcher = new(bench.Folder["out"], "*.0020") { EnableRaisingEvents = true };
        watcher.Renamed += (_, _) => begun.TrySetResult();
        using (Process tool = bench.Start("archive", "split", "whole.tar", "--volume-size", "200", "--output", "out"))
        {
            await Task.WhenAny(begun.Task, tool.WaitForExitAsync());
            tool.Kill();
            await tool.WaitForExitAsync();
        }

        Assert.IsFalse(File.Exists(bench.Folder["out/whole.tar.parts.json"]));
        CliResult result = await bench.RunAsync("describe", "--tar", "out/whole.tar");
        Assert.Contains("AIRGAP2131", result.Error);

        (await bench.RunAsync("archive", "split", "whole.tar", "--volume-size", "40kB", "--output", "out")).EnsureSuccess();
        (await bench.RunAsync("archive", "verify", "--parts", "out/whole.tar")).EnsureSuccess();
        Assert.HasCount(5, Directory.GetFiles(bench.Folder["out"]), "three parts, their list and their checksums");
    }
}
