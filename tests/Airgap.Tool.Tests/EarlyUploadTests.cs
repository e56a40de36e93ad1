using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary><c>copy</c> opens uploads before its plan is complete only if nothing can forbid or change the copy after that.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class EarlyUploadTests
{
    [TestMethod]
    [DataRow("", true)]
    [DataRow("--artifacts", true)]
    [DataRow("--lock-output {folder}/lock.yml", true)]
    [DataRow("--dry-run", false)]
    [DataRow("--dry-run --plan {folder}/plan.json", false)]
    [DataRow("--plan-out {folder}/plan.json --shards 2", false)]
    [DataRow("--keep-going", false)]
    [DataRow("--repair", false)]
    [DataRow("--create-repositories", false)]
    [DataRow("--platform linux/amd64", false)]
    [DataRow("--repo-template {registry}/{prefix}/{source.repository}", false)]
    public async Task OnlyWhereNothingIsDecidedLater(string flags, bool isEarly)
    {
        (CliResult result, bool wasEarly, RegistryFixture far) = await CopyAsync(flags.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        await using (far)
        {
            Assert.AreEqual(0, result.ExitCode, result.Error);
            Assert.AreEqual(isEarly, wasEarly);
            if (flags.Contains("--dry-run", StringComparison.Ordinal) || flags.Contains("--plan-out", StringComparison.Ordinal))
                Assert.IsEmpty(far.Requests.Where(request => request.Method is not ("GET" or "HEAD")));
        }
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("--gate", "exit 3", "AIRGAP2207")]
    [DataRow("--verify-key", "{key}", "AIRGAP5001")]
    public async Task WhatIsRefused_OpensNone(string flag, string value, string code)
    {
        (CliResult result, _, RegistryFixture far) = await CopyAsync(flag, value);
        await using (far)
        {
            result.AssertFailed(code);
            Assert.IsEmpty(far.Requests.Where(request => request.Method is not ("GET" or "HEAD")));
        }
    }

    // The image's config, which ends the plan, waits for a POST, or some time for none.
    private static async Task<(CliResult Result, bool IsEarly, RegistryFixture Far)> CopyAsync(params string[] flags)
    {
        using TempFolder folder = new();
        await using RegistryFixture near = await RegistryFixture.StartEmptyAsync();
        using RegistryWriter writer = new(near.Address);
        Pushed image = await writer.PushImageAsync("apps/one", null, "a layer"u8.ToArray());
        string config = near.Requests.Last(request => request.Kind == RequestKind.UploadPut).Query.Split("digest=")[1];
        await writer.PushBundleAsync("user1/one", "v1.0.0", $"{near.Host}/apps/one@{image.Digest}");

        RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        TaskCompletionSource posted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isPlanned = false;
        far.OnRequest = (request, _) =>
        {
            if (request.Kind == RequestKind.UploadPost && !Volatile.Read(ref isPlanned))
                posted.TrySetResult();
            return null;
        };
        near.OnRequest = (request, _) => request.Kind == RequestKind.BlobGet && request.Reference == config
            ? Fault.Custom(async (context, registry) =>
            {
                await Task.WhenAny(posted.Task, Task.Delay(TimeSpan.FromSeconds(1)));
                Volatile.Write(ref isPlanned, true);
                await registry(context);
            })
            : null;
        CliResult result = await InProcess.RunAsync([
            "copy", "-b", $"{near.Host}/user1/one:v1.0.0", "--to-repo", $"{far.Host}/apps/it",
            .. flags.Select(flag => flag.Replace("{folder}", folder.Path, StringComparison.Ordinal)
                .Replace("{key}", SignedStorage.Key("p256"), StringComparison.Ordinal))]);
        Assert.IsTrue(isPlanned);
        return (result, posted.Task.IsCompleted, far);
    }
}
