using System.Text;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Publishing.Auditing;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Signing;
using Airgap.TestKit;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Publishing.Tests.Auditing;

/// <summary>Verifying an audit log finds the first changed line.</summary>
// A process that another test starts inherits an open log for a moment, and its lock with it.
[TestClass]
[DoNotParallelize]
public sealed class AuditLogTests
{
    private readonly TempFolder _folder = new();

    public TestContext TestContext { get; set; } = null!;

    private string Log => _folder["audit.jsonl"];

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    [DataRow("")]
    [DataRow("{\"version\":1,\"sequence\":1,\"previous\":null}\n")]
    public async Task ALogThatSaysNothing_IsNotVerified(string text)
    {
        File.WriteAllText(Log, text);

        AirgapException broken = await Assert.ThrowsExactlyAsync<AirgapException>(() => VerifyAsync());
        Assert.AreEqual(ErrorCode.BrokenAuditLog, broken.Code);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Include, OperatingSystems.Linux)]
    public async Task APipe_IsNoLog()
    {
        using (System.Diagnostics.Process made = System.Diagnostics.Process.Start("mkfifo", [Log]))
            await made.WaitForExitAsync(TestContext.CancellationToken);

        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => VerifyAsync());
        Assert.AreEqual(ErrorCode.OutputUnsuited, refused.Code);
    }

    [TestMethod]
    public async Task ARunThatIsInterruptedOrBreaks_IsRecorded()
    {
        ProjectAudit audit = new(PublishItems.To("final.local/apps", _folder.Path) with { AuditLog = Log });

        await Assert.ThrowsExactlyAsync<OperationCanceledException>(
            () => audit.NoteAsync(() => Task.FromException<PublishResult>(new OperationCanceledException()), CancellationToken.None));
        await Assert.ThrowsExactlyAsync<FormatException>(
            () => audit.NoteRefusalAsync(() => Task.FromException<PublishResult?>(new FormatException()), CancellationToken.None));

        string[] outcomes =
            [.. File.ReadAllLines(Log).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("outcome").GetString()!)];
        Assert.AreSequenceEqual(["AIRGAP3009", "AIRGAP3999"], outcomes);
    }

    [TestMethod]
    public async Task ARunThatDoesNotStop_IsRecordedByWhoeverLeavesIt_Once()
    {
        ProjectAudit audit = new(PublishItems.To("final.local/apps", _folder.Path) with { AuditLog = Log });
        TaskCompletionSource<PublishResult> publish = new();
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        UnfinishedRuns runs = UnfinishedRuns.Begin();
        Task<PublishResult> run = audit.NoteAsync(
            () =>
            {
                begun.SetResult();
                return publish.Task;
            },
            CancellationToken.None);
        await begun.Task;

        await runs.WriteAsync();
        string[] left = File.ReadAllLines(Log);
        publish.SetResult(new PublishResult([], [], [], ""));
        await run;
        await runs.WriteAsync();

        Assert.Contains("\"outcome\":\"AIRGAP3009\"", Assert.ContainsSingle(left));
        Assert.AreSequenceEqual(left, File.ReadAllLines(Log));
    }

    [TestMethod]
    public async Task ALogThatBreaksMeanwhile_HidesNoFailure()
    {
        PublishResult failed = new([], [], [], "") { Failures = [new Diagnostic(ErrorCode.ManifestUnknown, "It is missing.", "")] };
        PublishSettings settings = PublishItems.To("final.local/apps", _folder.Path) with { AuditLog = Log };

        PublishResult result = await new ProjectAudit(settings).NoteAsync(
            () =>
            {
                File.WriteAllText(Log, "broken");
                return Task.FromResult(failed);
            },
            CancellationToken.None);

        Assert.AreSequenceEqual([ErrorCode.ManifestUnknown, ErrorCode.BrokenAuditLog], result.Failures.Select(failure => failure.Code));
    }

    [TestMethod]
    public async Task EachLine_HasTheDigestOfTheOneBefore()
    {
        Digest first = await AppendAsync("one");
        Digest second = await AppendAsync("two");
        string[] lines = File.ReadAllLines(Log);

        Assert.HasCount(2, lines);
        Assert.AreEqual(Digest.Compute(Encoding.UTF8.GetBytes(lines[0])), first);
        Assert.AreEqual(first.ToString(), JsonDocument.Parse(lines[1]).RootElement.GetProperty("previous").GetString());
        Assert.AreEqual(JsonValueKind.Null, JsonDocument.Parse(lines[0]).RootElement.GetProperty("previous").ValueKind);
        AuditVerifier.Verified whole = await VerifyAsync(first);
        Assert.AreEqual(2, whole.Entries);
        Assert.AreEqual(second, whole.Last);
        Assert.IsTrue(whole.Holds);
    }

    [TestMethod]
    public async Task ALineThatChanged_IsGone_OrMoved_IsFound()
    {
        for (int i = 0; i < 5; i++)
            await AppendAsync($"run {i}");
        string[] lines = File.ReadAllLines(Log);

        Assert.AreEqual(4, await BrokenAtAsync(
            [lines[0], lines[1], lines[2].Replace("run 2", "run X", StringComparison.Ordinal), lines[3], lines[4]]));
        Assert.AreEqual(2, await BrokenAtAsync([lines[0], lines[2], lines[3], lines[4]]));
        Assert.AreEqual(1, await BrokenAtAsync([lines[1], lines[2]]));
        Assert.AreEqual(3, await BrokenAtAsync([lines[0], lines[1], "{}", lines[3]]));
        Assert.AreEqual(3, await BrokenAtAsync([lines[0], lines[1], lines[1], lines[2]]));
        Assert.AreEqual(3, await BrokenAtAsync([lines[0], lines[1], lines[2][..40]]));
        File.WriteAllText(Log, string.Join('\n', lines));
        Assert.AreEqual(5, (await Assert.ThrowsExactlyAsync<AirgapException>(() => VerifyAsync())).Location!.Line,
            "the last line has no end");
        Assert.AreEqual(ErrorCode.BrokenAuditLog, (await Assert.ThrowsExactlyAsync<AirgapException>(() => AppendAsync("more"))).Code);
        Assert.AreEqual(string.Join('\n', lines), File.ReadAllText(Log), "nothing is added to what is broken");

        // A truncation at the end is visible only with the digest that was recorded elsewhere.
        File.WriteAllText(Log, lines[0] + "\n");
        Assert.IsFalse((await VerifyAsync(Digest.Compute(Encoding.UTF8.GetBytes(lines[4])))).Holds);
    }

    [TestMethod]
    [DataRow("\"sequence\":2", "\"sequence\":7")]
    [DataRow("\"version\":1", "\"version\":2")]
    [DataRow("\"version\":1", "\"version\":1,\"version\":1")]
    [DataRow("\"event\":\"copy\"", "\"event\":1")]
    [DataRow("\"roots\":[", "\"roots\":1,\"more\":[")]
    public async Task ALineThatIsWrittenAnew_BehindTheRightDigest_IsFound(string text, string changed)
    {
        await AppendAsync("one");
        await AppendAsync("two");
        string[] lines = File.ReadAllLines(Log);
        Assert.Contains(text, lines[1]);

        Assert.AreEqual(2, await BrokenAtAsync([lines[0], lines[1].Replace(text, changed, StringComparison.Ordinal)]));
    }

    [TestMethod]
    public async Task ALine_HasALength()
    {
        await AppendAsync("one");
        await AppendAsync(new string('x', 2 * AuditLine.MaxBytes));
        string[] lines = File.ReadAllLines(Log);
        Assert.AreEqual(2, (await VerifyAsync()).Entries);
        Assert.IsLessThan(AuditLine.MaxBytes, lines[1].Length);

        Assert.AreEqual(2, await BrokenAtAsync([lines[0], lines[1] + new string(' ', AuditLine.MaxBytes)]));
        Assert.AreEqual(2, await BrokenAtAsync([lines[0], new string(' ', 5 * AuditLine.MaxBytes)]));
    }

    [TestMethod]
    public async Task AnyByteThatChanges_IsFound()
    {
        for (int i = 0; i < 4; i++)
            await AppendAsync($"run {i}");
        byte[] good = File.ReadAllBytes(Log);
        Digest last = (await VerifyAsync()).Last!.Value;
        Random random = new(11);
        for (int i = 0; i < 300; i++)
        {
            byte[] bad = [.. good];
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Log, bad);
            try
            {
                Assert.IsFalse((await VerifyAsync(last)).Holds, "the last line's own digest tells");
            }
            catch (AirgapException e)
            {
                Assert.AreEqual(ErrorCode.BrokenAuditLog, e.Code);
            }
        }
    }

    [TestMethod]
    public async Task ManyWriters_TearNothing()
    {
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 40), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) => await AppendAsync($"run {i}"));

        Assert.AreEqual(40, (await VerifyAsync()).Entries);
    }

    [TestMethod]
    public void TheIdentity_IsTheCiSystem_WithoutItsTokens()
    {
        Dictionary<string, string> variables = new()
        {
            ["GITLAB_CI"] = "true",
            ["CI_PROJECT_URL"] = "https://gitlab-ci-token:secret@gitlab.example/group/app",
            ["CI_JOB_TOKEN"] = "secret",
            ["CI_COMMIT_SHA"] = "abc",
        };

        RunIdentity who = RunIdentity.Find(variables.GetValueOrDefault, namesUser: true)!;

        Assert.AreEqual("gitlab", who.Kind);
        Assert.IsFalse(who.Facts.Any(fact => fact.Value.Contains("secret", StringComparison.Ordinal)));
        Assert.IsNull(RunIdentity.Find(_ => null, namesUser: false));
        Assert.AreEqual("user", RunIdentity.Find(_ => null, namesUser: true)!.Kind);
    }

    [TestMethod]
    public async Task ALineThatIsJustBeingWritten_IsAwaited()
    {
        await AppendAsync("one");
        await AppendAsync("two");
        byte[] whole = File.ReadAllBytes(Log);
        int half = whole.Length - 20;
        File.WriteAllBytes(Log, whole[..half]);
        AtPause clock = new(() => File.AppendAllText(Log, Encoding.UTF8.GetString(whole[half..])));

        AuditVerifier.Verified verified = await AuditVerifier.VerifyAsync(Log, null, TestContext.CancellationToken, clock);
        Assert.AreEqual(2, verified.Entries);

        // Nobody ends this one.
        File.WriteAllBytes(Log, whole[..half]);
        AirgapException broken = await Assert.ThrowsExactlyAsync<AirgapException>(() => VerifyAsync());
        Assert.AreEqual(2, broken.Location!.Line);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ALineThatTheDiskRefuses_LeavesTheLogAsItWas(bool hasLine)
    {
        if (hasLine)
            await AppendAsync("first");
        byte[]? before = hasLine ? File.ReadAllBytes(Log) : null;

        DiskSync.Replace(new FullDisk());
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => AppendAsync("second"));
        DiskSync.Replace(null);

        Assert.AreEqual(ErrorCode.DiskFull, refused.Code);
        CollectionAssert.AreEqual(before, File.Exists(Log) ? File.ReadAllBytes(Log) : null);
        await AppendAsync("third");
        Assert.AreEqual(hasLine ? 2 : 1, (await VerifyAsync()).Entries);
    }

    private sealed class FullDisk : DiskSync
    {
        public override void Flush(SafeFileHandle file, string name) => throw new IOException("No space left on device", 28);
    }

    // Does something at the first pause, which ends at once.
    private sealed class AtPause(Action act) : TimeProvider
    {
        private Action? _act = act;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Exchange(ref _act, null)?.Invoke();
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }

    private Task<Digest> AppendAsync(string root) =>
        AuditLog.AppendAsync(Log, new AuditEntry("copy", "complete", ["a"], ["b"], [root], "1.0.0", null), TestContext.CancellationToken);

    private Task<AuditVerifier.Verified> VerifyAsync(Digest? wanted = null) =>
        AuditVerifier.VerifyAsync(Log, wanted, TestContext.CancellationToken);

    private async Task<int> BrokenAtAsync(string[] lines)
    {
        File.WriteAllText(Log, string.Join('\n', lines) + "\n");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => VerifyAsync());
        Assert.AreEqual(ErrorCode.BrokenAuditLog, e.Code);
        return e.Location!.Line;
    }
}
