using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing.Metering;

namespace Airgap.Tool.Tests.Output;

/// <summary>What a meter estimates during simulated transfers, beside the time that they took.</summary>
[TestClass]
public sealed class ProgressEstimateTests
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);

    [TestMethod]
    public void AtAConstantRate_AfterATenth() =>
        AssertHolds(Simulate([.. Blobs(20, 5_000_000)], rateAt: _ => 1_000_000, requests: 0.1), from: 0.1, within: 0.2);

    // The first requests of a run take long: pings, tokens, the first connection.
    [TestMethod]
    public void AfterALongBeginning_AfterATenth() =>
        AssertHolds(Simulate([.. Blobs(20, 5_000_000)], rateAt: _ => 1_000_000, requests: 0.1, before: 8), from: 0.2, within: 0.2);

    [TestMethod]
    public void WhenTheRateHalves_AfterHalfAMinute()
    {
        List<(double Time, TimeSpan? Left, int Percent)> seen =
            Simulate([.. Blobs(40, 5_000_000)], rateAt: time => time < 80 ? 1_000_000 : 500_000, requests: 0.1);
        double end = seen[^1].Time;
        AssertHolds([.. seen.Where(each => each.Time > 112), seen[^1]], from: 0, within: 0.2);
        Assert.IsGreaterThan(300, end);
    }

    [TestMethod]
    public void ForManySmallBlobs_AfterATenth() =>
        AssertHolds(Simulate([.. Blobs(2000, 10_000)], rateAt: _ => 1_000_000_000, requests: 0.05), from: 0.1, within: 0.2);

    [TestMethod]
    public void ForSmallBlobsAmongLargeOnes_AfterATenth() =>
        AssertHolds(
            Simulate([.. Blobs(400, 2_000_000).Zip(Blobs(400, 900)).SelectMany(pair => new[] { pair.First, pair.Second })],
                rateAt: _ => 10_000_000, requests: 0.1),
            from: 0.1, within: 0.2);

    [TestMethod]
    public void WhenMostIsMounted_AfterAFifth() =>
        AssertHolds(
            Simulate([.. Blobs(300, 5_000_000)], rateAt: _ => 1_000_000, requests: 0.1, isMounted: number => number % 10 != 0),
            from: 0.2, within: 0.5);

    [TestMethod]
    public void WhenHalfIsPresent_AfterATenth() =>
        AssertHolds(
            Simulate([.. Blobs(40, 5_000_000)], rateAt: _ => 1_000_000, requests: 0.1, isPresent: number => number < 20),
            from: 0.1, within: 0.2);

    [TestMethod]
    public void OfTransfersSideBySide_TheSlowestCounts()
    {
        ManualClock clock = new();
        ProgressMeter meter = new(clock);
        ProgressMeter fast = meter.AddPart("fast");
        ProgressMeter slow = meter.AddPart("slow");
        fast.Start(1, 100_000_000);
        slow.Start(1, 100_000_000);
        Descriptor blob = Blobs(1, 100_000_000).Single();
        for (int second = 0; second < 10; second++)
        {
            fast.Moved(blob, 10_000_000);
            slow.Moved(blob, 1_000_000);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.AreEqual(90, meter.Whole().Left!.Value.TotalSeconds, 1);
        fast.Finished(blob);
        Assert.AreEqual(90, meter.Whole().Left!.Value.TotalSeconds, 1);
    }

    private static IEnumerable<Descriptor> Blobs(int count, long size) => Enumerable.Range(0, count)
        .Select(i => new Descriptor("layer", Digest.Compute(BitConverter.GetBytes(((long)i << 32) + size)), size));

    // Four transfers side by side share the rate. Each blob takes requests before and after its bytes.
    private static List<(double Time, TimeSpan? Left, int Percent)> Simulate(
        Descriptor[] blobs, Func<double, double> rateAt, double requests, double before = 0, Func<int, bool>? isMounted = null,
        Func<int, bool>? isPresent = null)
    {
        ManualClock clock = new();
        ProgressMeter meter = new(clock);
        meter.Start(blobs.Length, blobs.Sum(blob => blob.Size), null, blobs.Count(blob => blob.Size <= RateEstimate.SmallBlob));
        List<(double, TimeSpan?, int)> seen = [];
        List<(Descriptor Blob, double Left, double Wait, bool Moves)> underWay = [];
        int next = 0;
        double time = 0;
        while (next < blobs.Length || underWay.Count > 0)
        {
            while (underWay.Count < 4 && next < blobs.Length && time >= before)
            {
                int number = next++;
                bool isThere = isPresent?.Invoke(number) == true;
                bool moves = !isThere && isMounted?.Invoke(number) != true;
                if (isThere)
                    meter.Finished(blobs[number], BlobOutcome.Present);
                else
                    underWay.Add((blobs[number], moves ? blobs[number].Size : 0, requests, moves));
            }

            clock.Advance(s_tick);
            time += s_tick.TotalSeconds;
            int sharing = Math.Max(1, underWay.Count(each => each.Left > 0));
            for (int i = underWay.Count - 1; i >= 0; i--)
            {
                (Descriptor blob, double left, double wait, bool moves) = underWay[i];
                double sent = Math.Min(left, rateAt(time) * s_tick.TotalSeconds / sharing);
                if (sent > 0)
                    meter.Moved(blob, (long)Math.Ceiling(sent));
                underWay[i] = (blob, left - sent, left > 0 ? wait : wait - s_tick.TotalSeconds, moves);
                if (left - sent > 0.5 || underWay[i].Wait > 0.001)
                    continue;
                meter.Finished(blob, moves ? BlobOutcome.Copied : BlobOutcome.Mounted);
                underWay.RemoveAt(i);
            }

            Progress whole = meter.Whole();
            string text = whole.Text();
            int open = text.IndexOf('(', StringComparison.Ordinal);
            int percent = int.Parse(
                text.AsSpan(open + 1, text.IndexOf('%', StringComparison.Ordinal) - open - 1), CultureInfo.InvariantCulture);
            seen.Add((time, whole.Left, percent));
        }

        return seen;
    }

    private static void AssertHolds(List<(double Time, TimeSpan? Left, int Percent)> seen, double from, double within)
    {
        double end = seen[^1].Time;
        int last = 0;
        foreach ((double time, TimeSpan? left, int percent) in seen)
        {
            Assert.IsGreaterThanOrEqualTo(last, percent, "nothing jumps back");
            Assert.IsLessThan(100, percent, "not before the end");
            last = percent;
            // The last seconds are rounded anyway.
            if (time < end * from || end - time < 5)
                continue;
            Assert.IsNotNull(left, $"{time:f1} s of {end:f1} s");
            Assert.AreEqual(end - time, left.Value.TotalSeconds, Math.Max(2, within * (end - time)), $"{time:f1} s of {end:f1} s");
        }
    }
}
