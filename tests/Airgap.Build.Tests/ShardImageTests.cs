using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>
/// The image of the sample's Kubernetes Job, made by the SDK from a base image in a registry on loopback. No container is run: the test
/// starts the image's program from its layers, with the Job's arguments and the variable that numbers its pods.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(OperatingSystems.Linux)]
public sealed partial class ShardImageTests
{
    [TestMethod]
    public async Task TheJobsImageCarriesOutAPlan()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await ContainerTests.PushBaseAsync(source, "amd64", "arm64");
        using TempFolder folder = new();
        string sample = Path.Combine(Fixtures.RepositoryRoot, "samples", "Sharded");
        File.Copy(Path.Combine(sample, "Image", "airgap-image.csproj"), folder["airgap-image.csproj"]);
        foreach (string file in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
            File.WriteAllText(folder[file], "<Project />");
        Dictionary<string, string?> environment = new()
        {
            ["NUGET_PACKAGES"] = PackedPackage.PackageFolder,
            ["HOME"] = PackedPackage.PackageFolder,
            ["DOCKER_CONFIG"] = PackedPackage.PackageFolder,
            ["DOTNET_CLI_HOME"] = PackedPackage.PackageFolder,
            ["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = source.Host,
        };
        string feed = await PackedPackage.ToolFeedAsync();
        string version = Path.GetFileNameWithoutExtension(Directory.GetFiles(feed, "dotnet-airgap.*.nupkg").Single())
            ["dotnet-airgap.".Length..];

        (await WarmBuilds.RunAsync(
            folder.Path,
            ["publish", "-t:PublishContainer", $"-p:AirgapVersion={version}", $"-p:RestoreSources={feed}",
                $"-p:ContainerBaseImage={source.Host}/base/dotnet:10.0", "-p:ContainerArchiveOutputPath=airgap.tar"], environment))
            .Succeeded();

        string[] command = Unpack(folder);
        CollectionAssert.AreEqual((string[])["dotnet", "/app/dotnet-airgap.dll"], command);
        Assert.IsFalse(File.Exists(folder["image/app/airgap-image.dll"]), "The tool alone is in it.");

        string[] tool = ["exec", folder[$"image{command[1]}"]];
        string[] plan = ["copy", "-b", $"{source.Host}/mirror/nested-bundle:v1.0.0", "--to-repo", $"{far.Host}/all",
            "--plan-out", "plan.json"];
        (await Dotnet.RunAsync(folder.Path, [.. tool, .. plan], environment)).Succeeded();
        string job = File.ReadAllText(Path.Combine(sample, "job.yml"));
        string[] arguments = Arguments().Match(job).Groups[1].Value.Split(", ");
        Assert.Contains("completions: 8", job);
        CollectionAssert.AreEqual((string[])["copy", "--plan", "/plan/plan.json", "--shard", "auto/8"], arguments);
        // Eight pods would need eight starts; two show the same.
        foreach (int index in new[] { 1, 0 })
        {
            environment["JOB_COMPLETION_INDEX"] = $"{index}";
            (await Dotnet.RunAsync(
                folder.Path, [.. tool, .. arguments[..2], "plan.json", "--shard", arguments[4].Replace('8', '2')], environment))
                .Succeeded();
        }

        (await Dotnet.RunAsync(folder.Path, [.. tool, "copy", "--plan", "plan.json", "--finish"], environment)).Succeeded();
        using RegistryContent content = RegistryContent.At(far.Host);
        await content.AssertCompleteAsync("all", "v1.0.0");
    }

    [TestMethod]
    public async Task TheJobIsOneForKubectl() => CollectionAssert.AreEqual(
        (string[])["job.batch/relocate"],
        await Kubectl.TryAsync("-f", Path.Combine(Fixtures.RepositoryRoot, "samples", "Sharded", "job.yml")));

    // Unpacks the layers' files into image/; returns the command in the config.
    private static string[] Unpack(TempFolder folder)
    {
        string[] command = [];
        using TarReader archive = new(File.OpenRead(folder["airgap.tar"]));
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not { Length: > 2 } data)
                continue;
            int first = data.ReadByte();
            data.Position = 0;
            if (first == 0x1F)
            {
                using GZipStream layer = new(data, CompressionMode.Decompress, leaveOpen: true);
                Extract(layer, folder);
            }
            else if (first == '{' && JsonDocument.Parse(data).RootElement is var json && json.TryGetProperty("rootfs", out _))
            {
                JsonElement config = json.GetProperty("config");
                command = [.. new[] { "Entrypoint", "Cmd" }.Where(name => config.TryGetProperty(name, out JsonElement value)
                    && value.ValueKind == JsonValueKind.Array)
                    .SelectMany(name => config.GetProperty(name).EnumerateArray()).Select(word => word.GetString()!)];
            }
        }

        return command;
    }

    private static void Extract(Stream layer, TempFolder folder)
    {
        using TarReader files = new(layer);
        while (files.GetNextEntry() is { } file)
        {
            if (file.DataStream is null)
                continue;
            string path = folder[Path.Combine("image", file.Name.TrimStart('.', '/'))];
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            file.ExtractToFile(path, overwrite: true);
        }
    }

    [GeneratedRegex(@"args: \[([^\]]*)\]")]
    private static partial Regex Arguments();
}
