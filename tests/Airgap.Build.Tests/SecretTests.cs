using System.IO.Compression;
using System.Xml.Linq;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Microsoft.Build.Framework;
using Microsoft.Build.Logging.StructuredLogger;
using Task = System.Threading.Tasks.Task;

namespace Airgap.Build.Tests;

/// <summary>
/// Secrets appear in no log, including diagnostic ones, no artifact and no argument of a process, whichever target of the package runs
/// and however it ends.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(OperatingSystems.Linux)]
public sealed class SecretTests
{
    private const string User = "robot";
    private const string Password = "s3cret+of/the=test&more?yes";
    private const string Wrong = "wr0ng+of/the=test&more?no";

    [TestMethod]
    public async Task EveryTargetAndTaskKeepsThem()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using TokenServer tokens = await TokenServer.StartAsync(User, Password);
        await using RegistryFixture destination = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Tokens = tokens });
        using TestProject project =
            new TestProject(TestProject.SimpleBundle, "<TargetFrameworks>net10.0</TargetFrameworks>").Reaching(source);
        // A separate process, whose arguments are read.
        project.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        string[] to = [$"-p:AirgapRegistry={destination.Host}/apps", "-p:AirgapSummary=summary.md"];
        List<string> printed = [];

        WriteHelper(project, destination.Host);
        await RunAsync("publish", 0, "", ["-f", "net10.0", .. to]);
        Assert.IsNotEmpty(tokens.Issued);
        foreach (string stage in (string[])["PlanImgpkgBundles", "FinishImgpkgBundles"])
            await RunAsync("build", 0, "", [$"-t:{stage}", "-c", "Release", .. to, "-p:AirgapPlan=plan.json"]);
        File.Delete(project["docker/config.json"]);
        // The other targets start no process that records arguments.
        project.Environment.Remove("MSBUILDDISABLENODEREUSE");

        // The registry echoes the request.
        SetVariables(Password);
        destination.OnRequest = (_, context) => context.Request.Headers.Authorization.ToString() is { Length: > 0 } sent
            ? Fault.Status(403, $$"""{"errors":[{"code":"DENIED","message":"not with {{sent}}"}]}""", headers: ("X-Echo", sent))
            : null;
        await RunAsync("build", 1, "AIRGAP1004", ["-t:PublishImgpkgBundles", "-c", "Release", .. to]);
        destination.OnRequest = null;

        SetVariables(Wrong);
        await RunAsync("build", 1, "AIRGAP1003", ["-t:PublishImgpkgBundles", "-c", "Release", .. to]);
        SetVariables(Password);
        source.OnRequest = (request, _) => request.Kind is RequestKind.ManifestGet ? Fault.CorruptBody() : null;
        await RunAsync("build", 1, "AIRGAP1011", ["-t:PublishImgpkgBundles", "-c", "Release", .. to]);
        await RunAsync("clean", 0, "", ["-c", "Release"]);

        // These targets reference other projects, which publish their containers.
        await using RegistryFixture images = await RegistryFixture.StartEmptyAsync();
        using ImageSolution solution = await ImageSolution.CreateAsync(
            """<ProjectReference Include="..\Web\Web.csproj" AirgapImage="true" ReferenceOutputAssembly="false" />""", images,
            "<ContainerArchiveOutputPath>out/</ContainerArchiveOutputPath>");
        solution.WritePackage("team/web:latest");
        foreach ((string password, int exitCode, string code, string[] arguments) in new[]
        {
            (Wrong, 1, "AIRGAP1003", to),
            (Password, 0, "", to),
            (Password, 0, "", [.. to, "-p:AirgapDryRun=true"]),
        })
        {
            solution.Environment["IMGPKG_USERNAME"] = User;
            solution.Environment["IMGPKG_PASSWORD"] = password;
            Note(await solution.PublishAsync("", [.. arguments, "-v:diag", $"-bl:{printed.Count}.binlog"]), exitCode, code);
        }

        KnownSecrets secrets = new();
        secrets.Add(Password, Wrong);
        secrets.Add(tokens.Issued);
        foreach (string text in printed)
            Assert.IsNull(secrets.FindIn(text));
        string[] found =
        [
            .. secrets.FindBelow(project.Folder, path => path.StartsWith(project["docker"], StringComparison.Ordinal)),
            .. secrets.FindBelow(solution.Folder, _ => false),
        ];
        Assert.IsEmpty(found, string.Join('\n', found));
        string started = File.ReadAllText(project["started.txt"]);
        Assert.Contains("docker-credential-known get", started);
        AssertAllRan([.. Directory.GetFiles(project.Folder, "*.binlog"), .. Directory.GetFiles(solution["Repository"], "*.binlog")],
            secrets);

        async Task RunAsync(string command, int exitCode, string code, string[] arguments) =>
            Note(await project.RunAsync(command, [.. arguments, "-v:diag", $"-bl:{printed.Count}.binlog"]), exitCode, code);

        void Note(DotnetResult result, int exitCode, string code)
        {
            Assert.AreEqual(exitCode, result.ExitCode, result.Output);
            Assert.Contains(code, result.Output);
            printed.Add(result.Output);
        }

        void SetVariables(string password)
        {
            project.Environment["IMGPKG_USERNAME"] = User;
            project.Environment["IMGPKG_PASSWORD"] = password;
        }
    }

    // The script records its own arguments and those of the process that started it.
    private static void WriteHelper(TestProject project, string host)
    {
        string helper = project["docker/docker-credential-known"];
        Directory.CreateDirectory(project["docker"]);
        File.WriteAllText(helper, $$"""
            #!/bin/sh
            { echo "docker-credential-known $*"; tr '\0' ' ' < /proc/$PPID/cmdline; } >> '{{project["started.txt"]}}'
            echo '{"Username":"{{User}}","Secret":"{{Password}}"}'

            """.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(helper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(project["docker/config.json"], $"{{\"credHelpers\":{{\"{host}\":\"known\"}}}}");
        project.Environment["DOCKER_CONFIG"] = project["docker"];
        project.Environment["PATH"] = $"{project["docker"]}:{Environment.GetEnvironmentVariable("PATH")}";
    }

    // The package itself lists its targets.
    private static void AssertAllRan(string[] logs, KnownSecrets secrets)
    {
        HashSet<string> targets = [];
        HashSet<string> tasks = [];
        foreach (string log in logs)
        {
            Microsoft.Build.Logging.StructuredLogger.Build build = BinaryLog.ReadBuild(log);
            Assert.IsNull(secrets.FindIn(string.Join('\n', build.FindChildrenRecursive<BaseNode>().Select(node => node.ToString()))));
            targets.UnionWith(build.FindChildrenRecursive<Target>().Select(target => target.Name));
            tasks.UnionWith(build.FindChildrenRecursive<Microsoft.Build.Logging.StructuredLogger.Task>()
                .Select(task => task.Name.Split('.')[^1]));
        }

        using ZipArchive package = ZipFile.OpenRead(PackedPackage.Path);
        foreach (ZipArchiveEntry entry in package.Entries.Where(
            entry => entry.FullName.StartsWith("build", StringComparison.Ordinal)
            && entry.Name.EndsWith(".targets", StringComparison.Ordinal)))
        {
            using Stream content = entry.Open();
            foreach (string target in XDocument.Load(content).Descendants("Target").Select(element => element.Attribute("Name")!.Value))
                Assert.Contains(target, targets, "a target that no run here goes through");
        }

        foreach (Type task in typeof(PublishImgpkgBundles).Assembly.GetExportedTypes()
            .Where(type => type.IsAssignableTo(typeof(ITask)) && !type.IsAbstract))
            Assert.Contains(task.Name, tasks, "a task that no run here goes through");
    }
}
