using System.Diagnostics;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class CancelTests
{
    // Two seconds for the task, the rest for MSBuild to end.
    private static readonly TimeSpan s_allowed = TimeSpan.FromSeconds(4);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task CtrlCStopsWithinTwoSecondsAndLeavesNothingThatLooksFinished(bool toArchive)
    {
        List<TimeSpan> times = [await CancelAsync(toArchive, "-INT")];
        // On a busy machine the median of three runs counts.
        while (times[0] > s_allowed && times.Count < 3)
            times.Add(await CancelAsync(toArchive, "-INT"));
        Assert.IsLessThanOrEqualTo(s_allowed, times.Order().ElementAt(times.Count / 2), string.Join(", ", times));
    }

    /// <summary>The SDK itself ends a build at this signal with exit code 0.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public Task Sigterm_FailsTheBuildWithOneError_AndLeavesNothingThatLooksFinished(bool toArchive) => CancelAsync(toArchive, "-TERM");

    /// <returns>The time from the signal to the end of the build.</returns>
    private static async Task<TimeSpan> CancelAsync(bool toArchive, string signal)
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        TaskCompletionSource underWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource never = new();
        source.OnRequest = (request, _) =>
            toArchive && request is { Kind: RequestKind.BlobGet, Repository: "apps/frontend" } ? Hold() : null;
        destination.OnRequest = (request, _) => request.Kind is RequestKind.UploadPut or RequestKind.UploadPatch ? Hold() : null;
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        await project.RestoreAsync();
        string[] route = toArchive ? ["-p:AirgapArchive=out/bundle.tar"] : [];

        using Process process = Dotnet.Start(
            project.Folder,
            ["msbuild", "-t:PublishImgpkgBundles", "-p:AirgapAuditLog=audit.log", "-p:Configuration=Release", "-nologo",
                $"-p:AirgapRegistry={destination.Host}/apps", .. route],
            project.Environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task ended = process.WaitForExitAsync();
        if (await Task.WhenAny(underWay.Task, ended) == ended)
            Assert.Fail($"The build ended before anything moved: {await output}{await error}");

        long start = Stopwatch.GetTimestamp();
        (await Cli.RunAsync("kill", [signal, process.Id.ToString()])).EnsureSuccess();
        await ended;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);

        string said = await output + await error;
        Assert.AreNotEqual(0, process.ExitCode);
        // Problems of the bundle's content are reported before it moves.
        string[] codes = [.. said.Split('\n')
            .Where(line => line.Contains("AIRGAP", StringComparison.Ordinal) && !line.Contains("AIRGAP4121", StringComparison.Ordinal))];
        if (signal == "-INT")
            Assert.IsEmpty(codes, said);
        else
            Assert.Contains("error AIRGAP3009: The run was interrupted (SIGTERM).", Assert.ContainsSingle(codes.Distinct(), said));
        Assert.DoesNotContain("MSB4", said);
        Assert.IsFalse(Directory.Exists(project.Artifacts));
        Assert.Contains("\"AIRGAP3009\"", File.ReadAllText(project["audit.log"]));
        Assert.IsFalse(File.Exists(project["out/bundle.tar"]));
        using RegistryContent content = RegistryContent.At(destination.Host);
        Assert.IsEmpty(await content.TagsAsync("apps/simple-app-bundle"));
        return elapsed;

        Fault Hold()
        {
            underWay.TrySetResult();
            return Fault.Delay(never.Task);
        }
    }
}
