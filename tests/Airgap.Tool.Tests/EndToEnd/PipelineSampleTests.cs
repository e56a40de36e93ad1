using System.Globalization;
using System.Text.RegularExpressions;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>The pipelines of the sample Sharded: their commands, and the whole file where a program that runs it is installed.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(OperatingSystems.Linux)]
public sealed partial class PipelineSampleTests
{
    private const int Shards = 8;

    [TestMethod]
    [DataRow("github.yml", null, null)]
    [DataRow("azure-pipelines.yml", "SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE")]
    [DataRow("gitlab.yml", "CI_NODE_INDEX", "CI_NODE_TOTAL")]
    public async Task TheCommandsRelocateABundle(string file, string? index, string? count)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string[] commands = [.. Commands().Matches(Read(file)).Select(match => match.Groups[1].Value)];
        Assert.HasCount(3, commands, file);

        await RunAsync(commands[0], number: 0);
        for (int number = 1; number <= Shards; number++)
            await RunAsync(commands[1], number);
        await RunAsync(commands[2], number: 0);

        Assert.IsTrue(File.Exists(bench.Folder["bundle.lock.yml"]));
        await AssertRelocatedAsync(bench);

        async Task RunAsync(string command, int number)
        {
            // An engine numbers only the jobs of the shards; for the others Azure and GitLab say that there is one.
            if (index is not null)
                bench.Environment[index] = number == 0 ? null : number.ToString(CultureInfo.InvariantCulture);
            if (count is not null)
                bench.Environment[count] = number == 0 ? "1" : Shards.ToString(CultureInfo.InvariantCulture);
            string line = Spaces().Replace(command, " ").Replace("$(Pipeline.Workspace)/plan/", "", StringComparison.Ordinal)
                .Replace("${{ matrix.number }}", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            CliResult result = (await bench.RunAsync(line.Split(' '))).EnsureSuccess();
            Assert.Contains(number == 0 ? "" : $"shard {number}/{Shards}: ", result.Output + result.Error);
        }
    }

    [TestMethod]
    public async Task GitLabCiLocalRunsTheWholePipeline()
    {
        string engine = Peer.RequireOrSkip("gitlab-ci-local");
        Peer.RequireOrSkip("rsync");
        Peer.RequireOrSkip("git");
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await PackedTool.PackAsync(bench.Folder["feed"]);
        string project = bench.Folder["project"];
        Directory.CreateDirectory(project);
        File.WriteAllText(Path.Combine(project, ".gitlab-ci.yml"), Read("gitlab.yml"));
        File.WriteAllText(
            Path.Combine(project, "NuGet.Config"),
            "<configuration><packageSources><clear />" +
            $"""<add key="feed" value="{bench.Folder["feed"]}" /></packageSources></configuration>""");
        foreach (string line in new[]
        {
            "init -q -b main", "config user.name user", "config user.email user@example.com",
            "remote add origin https://gitlab.example.com/group/project.git", "add -A", "commit -q -m pipeline",
        })
            (await Cli.RunAsync("git", line.Split(' '), bench.Environment, project)).EnsureSuccess();

        CliResult result = await Cli.RunAsync(
            engine, ["--force-shell-executor", "--shell-isolation", "--no-color", "--concurrency", "2"], bench.Environment, project,
            TimeSpan.FromMinutes(9));

        Assert.AreEqual(0, result.ExitCode, $"{result.Output}\n{result.Error}");
        for (int number = 1; number <= Shards; number++)
            Assert.Contains($"shard {number}/{Shards}: ", result.Output);
        foreach (string file in new[] { "plan/plan.json", "finish/bundle.lock.yml", "finish/relocation.html" })
            Assert.IsTrue(File.Exists(Path.Combine(project, ".gitlab-ci-local", "artifacts", file)), file);
        await AssertRelocatedAsync(bench);
    }

    private static string Read(string file) =>
        File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot, "samples", "Sharded", file))
            .Replace("registry.vendor.com/vendor/everything", "registry.local:5055/mirror/nested-bundle", StringComparison.Ordinal)
            .Replace("final-registry.corp.com", "final.local:5055", StringComparison.Ordinal);

    private static async Task AssertRelocatedAsync(Bench bench)
    {
        using RegistryContent content = RegistryContent.At(bench.Registry.Host);
        await content.AssertCompleteAsync("apps/everything", "v1.0.0");
    }

    // A folded command goes on in lines that begin with a flag.
    [GeneratedRegex(@"dotnet-airgap (copy .*(?:\n +--.*)*)")]
    private static partial Regex Commands();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
