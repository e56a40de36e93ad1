using Airgap.Oci.Requests;

namespace Airgap.Oci.Tests.Uploads;

/// <summary>The round trips of a run, derived from its requests.</summary>
[TestClass]
public sealed class UploadRateTests
{
    private const long MiB = 1024 * 1024;

    [TestMethod]
    public void NothingIsKnown_UntilABodyThatTells()
    {
        UploadRate rate = new(limit: null);
        rate.Note(MiB - 1, TimeSpan.FromSeconds(100));
        Assert.IsNull(rate.BytesPerSecond, "round trips are not the line");
        Assert.IsFalse(rate.IsMeasured);
        rate.Note(16 * MiB, TimeSpan.FromSeconds(4));
        Assert.AreEqual(4.0 * MiB, rate.BytesPerSecond);
        Assert.IsTrue(rate.IsMeasured);
    }

    [TestMethod]
    public void ASlowLineShowsAtOnce_AFastOneByAndBy()
    {
        UploadRate rate = new(limit: null);
        rate.Note(256 * MiB, TimeSpan.FromSeconds(1));
        rate.Note(16 * MiB, TimeSpan.FromSeconds(160));
        Assert.IsLessThan(1.0 * MiB, rate.BytesPerSecond!.Value);
        double before = rate.BytesPerSecond!.Value;
        for (int i = 0; i < 4; i++)
        {
            rate.Note(16 * MiB, TimeSpan.FromSeconds(0.1));
            Assert.IsGreaterThan(before, rate.BytesPerSecond!.Value);
            before = rate.BytesPerSecond!.Value;
        }

        Assert.IsLessThan(10.0 * MiB, before, "not yet believed");
    }

    [TestMethod]
    public void AShortBodyThatHadToWait_HardlyCounts()
    {
        UploadRate rate = new(limit: null);
        rate.Note(256 * MiB, TimeSpan.FromSeconds(1));
        rate.Note(MiB, TimeSpan.FromSeconds(1));
        Assert.IsGreaterThan(64.0 * MiB, rate.BytesPerSecond!.Value);
    }

    [TestMethod]
    public void ALimitIsTheMost()
    {
        UploadRate rate = new(limit: MiB);
        Assert.AreEqual(1.0 * MiB, rate.BytesPerSecond);
        Assert.IsFalse(rate.IsMeasured, "the line may be slower");
        rate.Note(16 * MiB, TimeSpan.FromSeconds(1));
        Assert.AreEqual(1.0 * MiB, rate.BytesPerSecond);
        rate.Note(MiB, TimeSpan.FromSeconds(100));
        Assert.IsLessThan(1.0 * MiB, rate.BytesPerSecond!.Value);
    }
}
