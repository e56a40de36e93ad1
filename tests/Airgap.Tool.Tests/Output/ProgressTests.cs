using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing.Metering;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Files;

namespace Airgap.Tool.Tests.Output;

[TestClass]
public sealed class ProgressTests
{
    private static readonly Descriptor s_first = new("layer", Digest.Compute("first"u8), 6_000_000);
    private static readonly Descriptor s_second = new("layer", Digest.Compute("second"u8), 4_000_000);

    [TestMethod]
    public void Meter_TellsBlobsBytesRateAndRest()
    {
        ManualClock clock = new();
        ProgressMeter meter = new(clock);
        meter.Start(2, 10_000_000);
        meter.Moved(s_first, 5_000_000);
        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.AreEqual("0 of 2 blobs, 5.0 MB of 10.0 MB (50%), 1.0 MB/s, 5.0 s left", meter.Whole().Text());
    }

    [TestMethod]
    public void Meter_CountsABlobOnce_HoweverItGotThere()
    {
        ManualClock clock = new();
        ProgressMeter meter = new(clock);
        meter.Start(2, 10_000_000);
        meter.Moved(s_first, 6_000_000);
        meter.Moved(s_first, -6_000_000);
        meter.Moved(s_first, 6_000_000);
        meter.Finished(s_first);
        meter.Finished(s_second);

        Assert.AreEqual("2 of 2 blobs, 10.0 MB of 10.0 MB (99%)", meter.Whole().Text());
    }

    [TestMethod]
    public void TransfersSideBySide_AreAddedUp_AndToldApart()
    {
        ManualClock clock = new();
        ProgressMeter meter = new(clock);
        ProgressMeter one = meter.AddPart("a.corp/x");
        ProgressMeter two = meter.AddPart("b.corp/x");
        Assert.IsFalse(meter.HasTotals);
        one.Start(2, 10_000_000);
        two.Start(2, 10_000_000);
        // The same blob goes to both destinations.
        one.Moved(s_first, 6_000_000);
        one.Finished(s_first);
        two.Moved(s_first, 1_000_000);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.IsTrue(meter.HasTotals);
        Assert.AreEqual("1 of 4 blobs, 7.0 MB of 20.0 MB (35%), 7.0 MB/s, 9.0 s left", meter.Whole().Text());
        Assert.AreSequenceEqual(
            ["a.corp/x: 1 of 2 blobs", "b.corp/x: 0 of 2 blobs"], meter.Largest(4, 1_000_000).Select(side => side.Name));
    }

    [TestMethod]
    public void WithoutATerminal_ALineComesEveryHalfMinute()
    {
        Assert.AreEqual(2, LinesAfter(TimeSpan.FromSeconds(61), new GlobalOptions()).Length);
    }

    [TestMethod]
    public void WithoutATerminal_ARunWithoutAPlanYetHasItsLine()
    {
        ManualClock clock = new();
        using StringWriter error = new() { NewLine = "\n" };
        Session session = new("copy", Identity.Of("dotnet-airgap", "1"), new Terminal(TextWriter.Null, error, false, false), new());
        using (new ProgressLine(session, new ProgressMeter(clock), clock))
        {
            clock.Advance(TimeSpan.FromSeconds(31));
            session.Phase = "planning";
            clock.Advance(TimeSpan.FromSeconds(31));
        }

        Assert.AreEqual("copy: still planning\n", error.ToString());
    }

    [TestMethod]
    public void ARateThatFell_IsTheOneOfTheLastHalfMinute()
    {
        ManualClock clock = new();
        ProgressMeter meter = new(clock);
        meter.Start(1, 100_000_000);
        Descriptor blob = new("layer", Digest.Compute("large"u8), 100_000_000);
        for (int second = 1; second <= 120; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            meter.Moved(blob, second <= 60 ? 1_000_000 : 100_000);
            meter.Whole();
        }

        // 34 MB remain at 0.1 MB/s; the mean rate of the whole run would predict one minute.
        Assert.IsTrue(meter.Whole().Left is { TotalSeconds: > 320 and < 360 }, meter.Whole().Text());
    }

    [TestMethod]
    public void SmallBlobsThatAreLeft_TakeTheTimeOfTheirRequests()
    {
        ManualClock clock = new();
        ProgressMeter meter = new(clock);
        meter.Start(1001, 10_000_000 + 1000, names: null, small: 1000);
        Descriptor large = new("layer", Digest.Compute("large"u8), 10_000_000);
        meter.Moved(large, 10_000_000);
        clock.Advance(TimeSpan.FromSeconds(1));
        meter.Finished(large);
        for (int i = 0; i < 100; i++)
        {
            Descriptor small = new("config", Digest.Compute(BitConverter.GetBytes(i)), 1);
            meter.Moved(small, 1);
            clock.Advance(TimeSpan.FromMilliseconds(100));
            meter.Finished(small);
        }

        // 900 blobs remain, one after another, 0.1 s each; their bytes alone would take no time.
        Assert.IsTrue(meter.Whole().Left is { TotalSeconds: > 85 and < 95 }, meter.Whole().Text());
    }

    [TestMethod]
    public void TheSlowestBlobIsNamed()
    {
        ManualClock clock = new();
        ProgressMeter meter = new(clock);
        meter.Start(2, 10_000_000,
            new Dictionary<Digest, string> { [s_first.Digest] = "apps/db layer 1/2", [s_second.Digest] = "apps/web" });
        meter.Moved(s_first, 1_000_000);
        meter.Moved(s_second, 3_000_000);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.AreEqual(
            "0 of 2 blobs, 4.0 MB of 10.0 MB (40%), 4.0 MB/s, 1.5 s left; slowest: apps/db layer 1/2, 1.0 MB of 6.0 MB, 5.0 s left",
            meter.Line());
    }

    [TestMethod]
    public void WithJson_NothingComes()
    {
        Assert.IsEmpty(LinesAfter(TimeSpan.FromSeconds(61), new GlobalOptions { Json = true }));
    }

    [TestMethod]
    public void UnderImgpkgsName_NothingComesWithoutATerminal()
    {
        Assert.IsEmpty(LinesAfter(TimeSpan.FromSeconds(61), new GlobalOptions(), "imgpkg"));
    }

    [TestMethod]
    public void OnATerminal_TheLineIsDrawnAnew_AndMakesRoomForOthers()
    {
        ManualClock clock = new();
        using StringWriter error = new() { NewLine = "\n" };
        Session session = new("copy", Identity.Of("dotnet-airgap", "1"), new Terminal(TextWriter.Null, error, true, true) { Columns = 120 },
            new GlobalOptions());
        ProgressMeter meter = new(clock);
        using (new ProgressLine(session, meter, clock))
        {
            clock.Advance(TimeSpan.FromMilliseconds(150));
            Assert.IsEmpty(error.ToString(), "Nothing is drawn before there is something to measure.");
            meter.Start(2, 10);
            clock.Advance(TimeSpan.FromMilliseconds(100));
            session.WriteError("something else");
        }

        Assert.AreEqual("copy: [--------------------]   0%  0 of 2 blobs, 0 B of 10 B\r\u001b[Ksomething else\n", error.ToString());
    }

    [TestMethod]
    public void OnATerminalThatOnlyTakesText_NothingIsDrawnAnew()
    {
        ManualClock clock = new();
        using StringWriter error = new() { NewLine = "\n" };
        Session session = new("copy", Identity.Of("dotnet-airgap", "1"), new Terminal(TextWriter.Null, error, true, true) { IsDumb = true },
            new GlobalOptions());
        ProgressMeter meter = new(clock);
        meter.Start(2, 10);
        using (new ProgressLine(session, meter, clock))
            clock.Advance(TimeSpan.FromSeconds(31));

        Assert.AreEqual("copy: 0 of 2 blobs, 0 B of 10 B (0%)\n", error.ToString());
    }

    [TestMethod]
    public void OnATerminal_TheLargestBlobsUnderWayHaveBars()
    {
        (ManualClock clock, ProgressMeter meter, StringWriter error, Session session) = Watched();
        meter.Start(2, 10_000_000);
        using (new ProgressLine(session, meter, clock))
        {
            meter.Moved(s_second, 1_000_000);
            meter.Moved(s_first, 3_000_000);
            clock.Advance(TimeSpan.FromSeconds(1));
            string last = error.ToString().Split("\u001b[J")[^1];
            string[] lines = last.Split('\n');
            Assert.HasCount(3, lines);
            Assert.AreEqual("copy: [########------------]  40%  0 of 2 blobs, 4.0 MB of 10.0 MB, 4.0 MB/s, 1.5 s left", lines[0]);
            Assert.AreEqual($"  [##########----------]  50%  {s_first.Digest.Hex[..12]}, 3.0 MB of 6.0 MB, 3.0 MB/s, 1.0 s left", lines[1]);
            Assert.StartsWith($"  [#####---------------]  25%  {s_second.Digest.Hex[..12]}, ", lines[2]);

            meter.Finished(s_first);
            meter.Finished(s_second);
            clock.Advance(TimeSpan.FromMilliseconds(100));
            Assert.EndsWith("\r\u001b[2A\u001b[Jcopy: [####################]  99%  2 of 2 blobs, 10.0 MB of 10.0 MB",
                error.ToString());
        }

        Assert.EndsWith("\r\u001b[K", error.ToString());
    }

    [TestMethod]
    public void ABlobIsCalledWhatItBelongsTo_AndNothingIsOfNothing()
    {
        ManualClock clock = new();
        ProgressMeter meter = new(clock);
        meter.Start(2, 10_000_000, new Dictionary<Digest, string> { [s_first.Digest] = "apps/frontend layer 1/3" });
        meter.Moved(s_first, 3_000_000);
        Assert.AreEqual("apps/frontend layer 1/3", meter.Largest(4, 1).Single().Name);
        Assert.AreEqual("1 of 1 blobs, 678 B", new Progress("1 of 1 blobs", 678, 0, 0).Text());
    }

    [TestMethod]
    public void ThousandsOfBlobs_StayReadable()
    {
        (ManualClock clock, ProgressMeter meter, StringWriter error, Session session) = Watched();
        Descriptor[] small = [.. Enumerable.Range(0, 5000)
            .Select(i => new Descriptor("layer", Digest.Compute(BitConverter.GetBytes(i)), 1000))];
        Descriptor[] large = [.. Enumerable.Range(0, 50)
            .Select(i => new Descriptor("layer", Digest.Compute(BitConverter.GetBytes(-1 - i)), 5_000_000 + i))];
        meter.Start(small.Length + large.Length, small.Concat(large).Sum(blob => blob.Size));
        using (new ProgressLine(session, meter, clock))
        {
            foreach (Descriptor blob in small)
                meter.Moved(blob, 500);
            clock.Advance(TimeSpan.FromMilliseconds(100));
            Assert.DoesNotContain("\n", error.ToString(), "Small blobs get no bars.");
            foreach (Descriptor blob in large)
                meter.Moved(blob, 500);
            clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.HasCount(5, error.ToString().Split('\n'), "Many large ones do not fill the screen.");
        Assert.Contains(large[^1].Digest.Hex[..12], error.ToString());
        Assert.DoesNotContain(large[0].Digest.Hex[..12], error.ToString());
    }

    [TestMethod]
    public void OnANarrowScreen_TheBarGivesWayToTheWords()
    {
        Progress progress = new("0 of 2 blobs", 4_000_000, 10_000_000, 4_000_000);

        Assert.AreEqual("[#######------------]  40%  0 of 2 blobs", progress.Bar(40), "At 40 columns whole words go, the last first.");
        Assert.AreEqual("[####------]  40%  0 of 2 blobs, 4.0 MB of 10.0 MB", progress.Bar(50));
        Assert.AreEqual("[##---]  40%", progress.Bar(12));
        foreach (int width in Enumerable.Range(12, 80))
            Assert.IsLessThanOrEqualTo(width, progress.Bar(width).Length);
        Assert.AreEqual(80, progress.Bar(80).Length);
        Assert.EndsWith("1.5 s left", progress.Bar(80));
    }

    [TestMethod]
    public void ABlobThatIsSentAgain_IsNotAheadOfItself()
    {
        ManualClock clock = new();
        ProgressMeter meter = new(clock);
        meter.Start(1, s_first.Size);
        meter.Moved(s_first, 2_000_000);
        meter.Moved(s_first, -2_000_000);
        meter.Moved(s_first, 1_000_000);

        Assert.AreEqual(1_000_000, meter.Largest(4, 1).Single().Done);
    }

    [TestMethod]
    [DataRow(40, "40 ms")]
    [DataRow(1_440, "1.4 s")]
    [DataRow(12_000, "12 s")]
    [DataRow(200_000, "3 min 20 s")]
    [DataRow(7_500_000, "2 h 5 min")]
    public void Times_AreReadable(int milliseconds, string text) =>
        Assert.AreEqual(text, TimeText.Format(TimeSpan.FromMilliseconds(milliseconds)));

    [TestMethod]
    [DataRow(1, "image", "1 image")]
    [DataRow(2, "image", "2 images")]
    [DataRow(2, "index", "2 indexes")]
    public void Nouns_HavePlurals(int number, string noun, string text) => Assert.AreEqual(text, CountText.Count(number, noun));

    private static (ManualClock Clock, ProgressMeter Meter, StringWriter Error, Session Session) Watched()
    {
        ManualClock clock = new();
        StringWriter error = new() { NewLine = "\n" };
        Session session = new("copy", Identity.Of("dotnet-airgap", "1"),
            new Terminal(TextWriter.Null, error, false, true) { Columns = 120 }, new GlobalOptions());
        return (clock, new ProgressMeter(clock), error, session);
    }

    private static string[] LinesAfter(TimeSpan time, GlobalOptions options, string name = "dotnet-airgap")
    {
        ManualClock clock = new();
        using StringWriter error = new();
        Session session = new("copy", Identity.Of(name, "1"), new Terminal(TextWriter.Null, error, false, false), options);
        ProgressMeter meter = new(clock);
        meter.Start(2, 10);
        using (new ProgressLine(session, meter, clock))
            clock.Advance(time);
        clock.Advance(time);
        return error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
