using System.Diagnostics;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class CancelTests
{
    [TestMethod]
    public async Task CtrlCStopsWithinTwoSecondsAndLeavesNothingThatLooksFinished()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        TaskCompletionSource underWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource never = new();
        destination.OnRequest = (request, _) =>
        {
            if (request.Kind is not (RequestKind.UploadPut or RequestKind.UploadPatch))
                return null;
            underWay.TrySetResult();
            return Fault.Delay(never.Task);
        };
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        (await project.RunAsync("restore")).Succeeded();

        using Process process = Dotnet.Start(project.Folder, ["msbuild", "-t:PublishImgpkgBundles", "-p:Configuration=Release", "-nologo", $"-p:AirgapRegistry={destination.Host}/apps"], project.Environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task ended = process.WaitForExitAsync();
        Assert.AreSame(underWay.Task, await Task.WhenAny(underWay.Task, ended), "The build ended before anything moved.");

        long start = Stopwatch.GetTimestamp();
        (await Cli.RunAsync("kill", ["-INT", process.Id.ToString()])).EnsureSuccess();
        await ended;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);

        string said = await output + await error;
        Assert.IsLessThan(TimeSpan.FromSeconds(4), elapsed, "Two seconds for us, the rest for MSBuild to end.");
        Assert.AreNotEqual(0, process.ExitCode);
        Assert.DoesNotContain("AIRGAP", said);
        Assert.DoesNotContain("MSB4", said);
        Assert.IsFalse(Directory.Exists(project.Artifacts));
        using RegistryContent content = RegistryContent.At(destination.Host);
        Assert.IsEmpty(await content.TagsAsync("apps/simple-app-bundle"));
    }
}
