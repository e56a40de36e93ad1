using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Airgap.Build.Tests;

/// <summary>The lines of a build log.</summary>
[TestClass]
public sealed class LoggingTests
{
    private static readonly Descriptor s_blob = new(MediaTypes.OciLayerGzip, Digest.Compute([]), 4_000_000);

    private readonly MockEngine _engine = new();

    [TestMethod]
    public void Progress_IsALineEveryHalfMinute_HoweverOftenItIsReported()
    {
        BuildClock clock = new();
        using BuildObserver observer = new(Log(), clock);
        observer.PhaseStarted(TransferPhase.Transferring, Plan());
        _engine.Messages.Clear();
        for (int i = 0; i < 100; i++)
        {
            clock.Now += TimeSpan.FromMilliseconds(600);
            observer.BlobProgress(s_blob, 40_000);
        }

        Assert.AreSequenceEqual(new[]
        {
            "  0 of 1 blobs, 2.0 MB of 4.0 MB (50%), 68.0 kB/s, 29 s left; slowest: " +
            $"{s_blob.Digest.Hex[..12]}, 2.0 MB of 4.0 MB, 29 s left",
            $"  0 of 1 blobs, 4.0 MB of 4.0 MB (99%); slowest: {s_blob.Digest.Hex[..12]}, 4.0 MB of 4.0 MB",
        }, _engine.Messages.Select(message => message.Message));
        Assert.IsTrue(_engine.Messages.All(message => message.Importance == MessageImportance.High));
    }

    [TestMethod]
    public void ARunInWhichNothingMoves_IsALineEveryHalfMinute_UntilItEnds()
    {
        BuildClock clock = new();
        BuildObserver observer = new(Log(), clock);
        clock.Pass(TimeSpan.FromMinutes(1));
        Assert.IsEmpty(_engine.Messages, "nothing has begun");
        observer.PhaseStarted(TransferPhase.Planning, null);
        clock.Pass(TimeSpan.FromSeconds(62));
        observer.PhaseStarted(TransferPhase.Transferring, Plan());
        clock.Pass(TimeSpan.FromSeconds(35));
        observer.BlobProgress(s_blob, 1_000_000);
        clock.Pass(TimeSpan.FromSeconds(60));
        observer.PhaseStarted(TransferPhase.Completing, Plan());
        clock.Pass(TimeSpan.FromSeconds(35));
        observer.Dispose();
        clock.Pass(TimeSpan.FromMinutes(5));

        string[] lines = [.. _engine.Messages.Select(message => message.Message!)];
        Assert.HasCount(7, lines, string.Join('\n', lines));
        Assert.AreSequenceEqual(new[] { "  still planning", "  still planning" }, lines[..2]);
        Assert.StartsWith("  a.tar: ", lines[2]);
        Assert.StartsWith("  0 of 1 blobs, 0 B of 4.0 MB", lines[3]);
        Assert.StartsWith("  0 of 1 blobs, 1.0 MB of 4.0 MB (25%)", lines[4]);
        Assert.StartsWith("  0 of 1 blobs, 1.0 MB of 4.0 MB (25%)", lines[5]);
        Assert.AreEqual("  still completing", lines[6]);
    }

    [TestMethod]
    public void EachOfSeveralRelocationsInWhichNothingMoves_HasItsLine()
    {
        BuildClock clock = new();
        using BuildObserver observer = new(Log(), clock);
        observer.PhaseStarted(TransferPhase.Planning, null);
        observer.For("a.io").PhaseStarted(TransferPhase.Transferring, Plan());
        observer.For("b.io");
        _engine.Messages.Clear();
        clock.Pass(TimeSpan.FromSeconds(31));
        Assert.StartsWith("  a.io: 0 of 1 blobs", Assert.ContainsSingle(_engine.Messages).Message!);
    }

    [TestMethod]
    public void BytesThatAreSentAgainAreNotCountedTwice()
    {
        BuildClock clock = new();
        using BuildObserver observer = new(Log(), clock);
        observer.PhaseStarted(TransferPhase.Transferring, Plan());
        observer.BlobProgress(s_blob, 3_000_000);
        observer.BlobProgress(s_blob, -3_000_000);
        clock.Now += TimeSpan.FromSeconds(40);
        observer.BlobProgress(s_blob, 1_000_000);
        Assert.StartsWith("  0 of 1 blobs, 1.0 MB of 4.0 MB (25%), ", _engine.Messages[^1].Message!);
    }

    [TestMethod]
    public void ADiagnosticKeepsItsPlaceAndItsBraces()
    {
        BuildLog log = Log();
        log.Error(new Diagnostic(ErrorCode.InvalidLock, "'{0}' is wrong.", "Mend it.") { Location = new SourceLocation("a.yml", 3, 4) });
        log.Warning(new Diagnostic(ErrorCode.NoDestination, "Nothing.", ""));
        BuildErrorEventArgs error = Assert.ContainsSingle(_engine.Errors);
        Assert.AreEqual(("AIRGAP2006", "a.yml", 3, 4, "'{0}' is wrong. Mend it."),
            (error.Code, error.File, error.LineNumber, error.ColumnNumber, error.Message));
        Assert.AreEqual("AIRGAP2101", Assert.ContainsSingle(_engine.Warnings).Code);
        Assert.AreEqual("https://host.io/project#airgap2006", error.HelpLink);
        Assert.AreEqual("https://host.io/project#airgap2101", _engine.Warnings[0].HelpLink);
        Assert.AreEqual("App.csproj", _engine.Warnings[0].File, "What has no place is at the project's, never at our targets'.");
    }

    [TestMethod]
    public void ARequestIsOneLineOfLowImportanceAndARetryOneOfNormal()
    {
        BuildLog log = Log();
        log.Trace("--> GET https://host.io/v2/\n    Accept: text/plain");
        log.Trace("... attempt 2 of 5 in 130 ms: it failed");
        Assert.AreSequenceEqual(
            new[] { ("  --> GET https://host.io/v2/", MessageImportance.Low),
                ("  ... attempt 2 of 5 in 130 ms: it failed", MessageImportance.Normal) },
            _engine.Messages.Select(message => (message.Message!, message.Importance)));
    }

    [TestMethod]
    public void OthersTextIsObeyedByNobody_AndOurOwnCommandIs()
    {
        const string Hostile = "a\n::error::x \u001b[2J ##vso[task.x]y";
        const string Shown = "a\\x0a::error::x \\x1b[2J #\\x23vso[task.x]y";
        BuildLog log = Log();
        log.Error(new Diagnostic(ErrorCode.Unauthorized, Hostile, "") { Location = new SourceLocation("##[x].yml") });
        log.Warning(new Diagnostic(ErrorCode.Unauthorized, "", Hostile));
        log.Message(MessageImportance.High, Hostile);
        log.Detail(Hostile);
        log.Trace("--> " + Hostile.Replace("\n", "", StringComparison.Ordinal));
        log.Announce("##vso[task.uploadsummary]x");
        Assert.AreEqual((Shown, "#\\x23[x].yml"), (_engine.Errors[0].Message, _engine.Errors[0].File));
        Assert.AreEqual(" " + Shown, _engine.Warnings[0].Message);
        Assert.AreSequenceEqual(
            new[] { Shown, "  " + Shown, "  --> " + Shown.Replace("\\x0a", "", StringComparison.Ordinal), "##vso[task.uploadsummary]x" },
            _engine.Messages.Select(message => message.Message));
        _engine.Errors.Clear();
        log.Unexpected(new InvalidOperationException(Hostile));
        Assert.DoesNotContain("##vso[", Assert.ContainsSingle(_engine.Errors).Message!);
        Assert.DoesNotContain("##vso[", _engine.Messages[^1].Message!);
    }

    [TestMethod]
    public void NothingIsLoggedAfterTheEnd()
    {
        BuildLog log = Log();
        log.Close();
        log.Error(new Diagnostic(ErrorCode.Unexpected, "late", ""));
        log.Message(MessageImportance.High, "late");
        Assert.IsEmpty(_engine.Errors);
        Assert.IsEmpty(_engine.Messages);
    }

    [TestMethod]
    public void ADefectIsAnErrorOfOursAndNeverAnException()
    {
        PublishImgpkgBundles task = new()
        {
            BuildEngine = _engine,
            ProjectFile = "",
            ProjectName = "App",
            Bundles = [new TaskItem("host.io/a:v1")]
        };
        Assert.IsFalse(task.Execute());
        Assert.AreEqual("AIRGAP3999", Assert.ContainsSingle(_engine.Errors).Code);
        Assert.Contains(message => message.Message!.Contains("   at ", StringComparison.Ordinal), _engine.Messages,
            "The stack is in a detailed log.");
    }

    private BuildLog Log() => new(new TaskLoggingHelper(_engine, "task"), "App.csproj", "https://host.io/project");

    private static TransferPlan Plan() => new()
    {
        Source = new RelocationSource.Archive("a.tar"),
        Items = [],
        Blobs = [new PlannedBlob(new Content(), null)],
    };

    private sealed class Content : IBlobContent
    {
        public Descriptor Descriptor => s_blob;

        public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
