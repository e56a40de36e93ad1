using System.Diagnostics;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class InterruptTests
{
    [TestMethod]
    [DataRow("-INT")]
    [DataRow("-TERM")]
    public async Task Signal_EndsACopy_AndNothingLooksFinished(string signal)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource never = new();
        bench.Registry.OnRequest = (request, _) =>
        {
            if (request.Kind != RequestKind.BlobGet || request.Repository != "apps/frontend")
                return null;
            reached.TrySetResult();
            return Fault.Stall(never.Task, afterBytes: 16);
        };

        using Process tool = bench.Start("copy", "-b", "registry.local:5055/user1/simple-app-bundle:v1.0.0", "--to-tar", "out.tar");
        Task<string> error = tool.StandardError.ReadToEndAsync();
        await reached.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Stopwatch watch = Stopwatch.StartNew();
        (await Cli.RunAsync("kill", [signal, tool.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])).EnsureSuccess();
        await tool.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));

        Assert.AreEqual(130, tool.ExitCode);
        Assert.IsLessThan(4, watch.Elapsed.TotalSeconds, "It has two seconds; the machine may be busy.");
        Assert.Contains("AIRGAP3009", await error);
        Assert.IsEmpty(bench.Finished());
        never.SetResult();
    }
}
