using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A publish applies its manifests to the cluster that is named twice, with the tool in a separate process.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class ApplyTests
{
    // The tool's output with --json; the tool's tests compare it with the real one.
    private const string Report = """
        {"command":"apply","summary":"1 object applied",
         "objects":[{"kind":"PackageRepository","namespace":"packages","name":"simple","outcome":"created","state":"reconcile succeeded"}],
         "warnings":[{"code":"AIRGAP4224","message":"It succeeded, and lists no Package.","advice":"Look."}],"errors":[ERRORS]}
        """;

    private readonly MockEngine _engine = new();

    [TestMethod]
    public async Task ThePublishApplies_WhereBothPlacesNameTheCluster_AndElseMovesNothing()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        string[] apply = [$"-p:AirgapRegistry={destination.Host}/apps", "-p:AirgapApply=true", "-p:AirgapApplyContext=production"];
        File.WriteAllText(project["config"], "current-context: staging\n");
        project.Environment["KUBECONFIG"] = project["config"];
        InstallTool(project, exitCode: 0, errors: "");

        DotnetResult other = (await project.RelocateAsync(apply)).FailedWith("AIRGAP4140");

        Assert.Contains("current context of the kubeconfig is 'staging'", other.Output);
        Assert.IsEmpty(destination.Requests);
        Assert.IsFalse(File.Exists(project["arguments"]));

        File.WriteAllText(project["config"], "current-context: production\n");
        DotnetResult applied = (await project.RelocateAsync([.. apply, "-p:AirgapApplyWait=90s"])).Succeeded();

        Assert.AreSequenceEqual(
            new[] { "apply", project.Manifest, "--context", "production", "--json", "--wait=90s" },
            File.ReadAllLines(project["arguments"])[..6]);
        Assert.AreEqual(project["config"], File.ReadAllLines(project["arguments"])[6]);
        Assert.Contains("PackageRepository packages/simple: created, reconcile succeeded", applied.Output);
        Assert.Contains("warning AIRGAP4224", applied.Output);
        Assert.Contains("; production: 1 object applied)", applied.Output);
    }

    [TestMethod]
    public async Task AToolThatIsNotThere_OrSaysSomethingElse_IsOneError()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["dotnet-tools.json"], "{}");

        Assert.IsNull(await ApplyAsync(folder, "a.yml"));

        Assert.AreEqual("AIRGAP4142", _engine.Errors.Single().Code);
        Assert.Contains("dotnet tool install", _engine.Errors.Single().Message!);
    }

    [TestMethod]
    [DataRow(0, "", "x: not found.\nmore", "AIRGAP4142", "'dotnet airgap apply' did not run: x: not found. Install the tool")]
    [DataRow(5, "not JSON", "", "AIRGAP4142", "'dotnet airgap apply' did not run: exit code 5. Install the tool")]
    [DataRow(1, "{\"command\":\"copy\"}", "", "AIRGAP4142", "'dotnet airgap apply' did not run: exit code 1. Install the tool")]
    [DataRow(3, "{\"command\":\"apply\"}", "", "AIRGAP4142", "'dotnet airgap apply' ended with exit code 3 and gave no reason.")]
    [DataRow(1, "{\"command\":\"apply\",\"errors\":[{\"code\":\"AIRGAP4201\",\"message\":\"It is down.\",\"advice\":\"Look.\"}]}", "",
        "AIRGAP4201", "It is down. Look.")]
    [DataRow(1, "{\"command\":\"apply\",\"errors\":[{\"code\":\"AIRGAP0001\",\"message\":\"Of a later version.\",\"advice\":\"\"}]}", "",
        "AIRGAP4142", "Of a later version.")]
    public void WhatTheToolSays_IsOneError(int exitCode, string output, string error, string code, string message)
    {
        using TempFolder folder = new();
        Assert.IsNull(Apply(folder).Report(exitCode, output, error));
        Assert.AreEqual(code, _engine.Errors.Single().Code);
        Assert.Contains(message, _engine.Errors.Single().Message!);
    }

    [TestMethod]
    [DataRow("AIRGAP4201", "Give --kubeconfig FILE and --context NAME, or set KUBECONFIG; 'kubectl config get-contexts' lists the contexts.",
        "Give AirgapApplyContext, or set KUBECONFIG; 'kubectl config get-contexts' lists the contexts.")]
    [DataRow("AIRGAP4201", "See /var/run, or name a kubeconfig: --kubeconfig FILE.", "See /var/run, or name a kubeconfig: KUBECONFIG.")]
    [DataRow("AIRGAP4203", "Choose a context with a user (--context), or log in.",
        "Choose a context with a user (AirgapApplyContext), or log in.")]
    [DataRow("AIRGAP4204", "Request the permission that the message names, or use another context (--context).",
        "Request the permission that the message names, or use another context (AirgapApplyContext).")]
    public void AdviceOfTheTool_NamesProperties(string code, string advice, string expected)
    {
        // What the tool would say is in its sources.
        string sources = string.Concat(Directory.EnumerateFiles(
            Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Cluster", "Connecting"), "*.cs").Select(File.ReadAllText));
        Assert.Contains(advice.Replace("See /var/run, ", "", StringComparison.Ordinal).Split(';')[0], sources);
        using TempFolder folder = new();

        Apply(folder).Report(
            1, $"{{\"command\":\"apply\",\"errors\":[{{\"code\":\"{code}\",\"message\":\"It is so.\",\"advice\":\"{advice}\"}}]}}", "");

        Assert.AreEqual($"It is so. {expected}", _engine.Errors.Single().Message);
    }

    [TestMethod]
    public void WithoutASummary_TheToolSaysApplied()
    {
        using TempFolder folder = new();
        Assert.AreEqual("applied", Apply(folder).Report(0, "{\"command\":\"apply\"}", "a line"));
        Assert.IsEmpty(_engine.Errors);
    }

    [TestMethod]
    public async Task APublishWithoutAManifest_WarnsThatNothingWasApplied()
    {
        using TempFolder folder = new();

        Assert.AreEqual("", await ApplyAsync(folder));

        Assert.AreEqual("AIRGAP4141", _engine.Warnings.Single().Code);
    }

    private Task<string?> ApplyAsync(TempFolder folder, params string[] files) => Apply(folder).RunAsync(files, CancellationToken.None);

    [TestMethod]
    public async Task ALongApply_HasALineEveryHalfMinute_UntilItEnds()
    {
        using TempFolder folder = new();
        BuildClock clock = new();
        TaskCompletionSource<string> tool = new();
        Task<string> run = Apply(folder, clock).FollowAsync(tool.Task);
        clock.Pass(TimeSpan.FromSeconds(70));
        Assert.AreSequenceEqual(
            new[] { "  production: still applying (30 s)", "  production: still applying (60 s)" }, _engine.Messages.Select(line => line.Message));
        tool.SetResult("done");
        Assert.AreEqual("done", await run);
        clock.Pass(TimeSpan.FromMinutes(2));
        Assert.HasCount(2, _engine.Messages);
    }

    private ToolApply Apply(TempFolder folder, TimeProvider? clock = null)
    {
        PublishSettings settings = new()
        {
            ProjectDirectory = folder.Path,
            OutputPath = "airgap/",
            Apply = new ApplySettings("production", null)
        };
        return new ToolApply(settings,
            new BuildLog(new Microsoft.Build.Utilities.TaskLoggingHelper(_engine, "Test"), "App.csproj", null), clock ?? TimeProvider.System);
    }

    // dotnet finds a command on the PATH as it finds an installed tool.
    private static void InstallTool(TestProject project, int exitCode, string errors)
    {
        Directory.CreateDirectory(project["tools"]);
        string tool = project["tools/dotnet-airgap"];
        File.WriteAllText(
            tool,
            "#!/bin/sh\nprintf '%s\\n' \"$@\" \"$KUBECONFIG\" > " +
            $"'{project["arguments"]}'\ncat <<'END'\n{Report.Replace("ERRORS", errors, StringComparison.Ordinal)}\nEND\nexit {exitCode}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        project.Environment["PATH"] = $"{project["tools"]}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
    }
}
