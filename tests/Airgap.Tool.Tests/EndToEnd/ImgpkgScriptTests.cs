using Airgap.TestKit;
using Airgap.TestKit.Peers;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>A script written for imgpkg: with only the program's name changed, and unchanged through a link named imgpkg.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ImgpkgScriptTests
{
    private const string Digest = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";

    private const string Script = """
        set -eu
        host=$HOST
        mkdir config && echo one > config/one.txt && echo two > two.txt && echo three > three.txt

        pushed=$(imgpkg push -b $host/ci/simple:v1.0.0 -f "$INPUT/simple-app-bundle" --lock-output pushed.lock.yml --yes --tty=true |
            sed -n "s/^Pushed '\(.*\)'$/\1/p")
        echo "pushed $pushed"
        imgpkg push -i $host/ci/config:v1 -f config,two.txt -f three.txt -l team=ci --file-exclusion .git -y --tty=true

        imgpkg copy --lock pushed.lock.yml --to-tar simple.tar --concurrency 2 --yes --tty=true
        imgpkg copy --tar simple.tar --to-repo $host/inside/simple --lock-output relocated.lock.yml --registry-verify-certs=false --yes --tty=true

        imgpkg pull --lock relocated.lock.yml -o pulled --yes --tty=true
        imgpkg pull -i $host/ci/config:v1 -o pulled-config --yes --tty=true
        imgpkg describe -b "$pushed" -o yaml --registry-insecure --yes --tty=true > described.yml
        imgpkg describe -b $host/inside/simple:v1.0.0 --layers=false --color=false --yes --tty=true
        imgpkg tag list -i $host/inside/simple --column name --yes --tty=true
        imgpkg tag resolve -i $host/inside/simple:v1.0.0 --yes > resolved.txt
        if imgpkg pull -i $host/inside/simple:v1.0.0 -o wrong --yes 2> refused.txt; then exit 9; fi
        grep -q 'hint: Use -b instead of -i for bundles' refused.txt
        """;

    [TestMethod]
    [DataRow("dotnet-airgap", false)]
    [DataRow("imgpkg", false)]
    [DataRow("dotnet-airgap", true)]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task TheScript_Runs(string name, bool againstDockerRegistry)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await using DockerRegistry? docker = againstDockerRegistry ? await DockerRegistry.StartAsync() : null;
        string host = docker?.Host ?? Fixtures.Registry;
        bench.Environment["HOST"] = host;
        // The bench serves the bundle's images through its proxy; docker-registry is reached directly.
        bench.Environment["NO_PROXY"] = "127.0.0.1";
        File.CreateSymbolicLink(bench.Folder[Path.Combine("home", name)], await PackedTool.PathAsync());
        bench.Environment["PATH"] = $"{bench.Folder["home"]}:{Environment.GetEnvironmentVariable("PATH")}";
        bench.Environment["INPUT"] = Fixtures.Input("");
        await File.WriteAllTextAsync(bench.Folder["script"], Script.Replace("imgpkg ", name + " ", StringComparison.Ordinal));

        CliResult result = await Cli.RunAsync("sh", ["script"], bench.Environment, bench.Folder.Path);

        Assert.AreEqual(0, result.ExitCode, result.Error + result.Output);
        Assert.Contains($"pushed {host}/ci/simple@{Digest}\n", result.Output);
        Assert.Contains("copy | importing 3 images...\n", result.Output);
        Assert.Contains("Extracting layer ", result.Output);
        // Each success prints one line; two of the commands write elsewhere, and one fails.
        Assert.HasCount(8, result.Output.Split("Succeeded\n"));
        Assert.Contains($"image: {host}/inside/simple@{Digest}", await File.ReadAllTextAsync(bench.Folder["relocated.lock.yml"]));
        Assert.Contains($"{host}/inside/simple@sha256:", await File.ReadAllTextAsync(bench.Folder["pulled/.imgpkg/images.yml"]));
        Assert.AreEqual("one\n", await File.ReadAllTextAsync(bench.Folder["pulled-config/one.txt"]));
        Assert.AreEqual("three\n", await File.ReadAllTextAsync(bench.Folder["pulled-config/three.txt"]));
        Assert.Contains(Digest, await File.ReadAllTextAsync(bench.Folder["described.yml"]));
        Assert.StartsWith($"{host}/inside/simple@{Digest}", await File.ReadAllTextAsync(bench.Folder["resolved.txt"]));
        Assert.IsFalse(Directory.Exists(bench.Folder["wrong"]));
    }
}
