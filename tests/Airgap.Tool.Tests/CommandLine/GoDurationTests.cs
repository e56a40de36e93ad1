using Airgap.Tool.CommandLine;
using CsCheck;

namespace Airgap.Tool.Tests.CommandLine;

[TestClass]
public sealed class GoDurationTests
{
    [TestMethod]
    [DataRow("30s", 30_000)]
    [DataRow("1m30s", 90_000)]
    [DataRow("500ms", 500)]
    [DataRow("1.5s", 1_500)]
    [DataRow("2h", 7_200_000)]
    [DataRow("0", 0)]
    [DataRow("1000000µs", 1_000)]
    public void Durations_AreRead(string text, int milliseconds)
    {
        Assert.IsTrue(GoDuration.TryParse(text, out TimeSpan duration));
        Assert.AreEqual(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("30")]
    [DataRow("s")]
    [DataRow("30 s")]
    [DataRow("-5s")]
    [DataRow("1d")]
    [DataRow("1.2.3s")]
    [DataRow("99999999h")]
    public void Nonsense_IsRefused(string text) => Assert.IsFalse(GoDuration.TryParse(text, out _));

    [TestMethod]
    public void WholeParts_AddUp() => Gen.Select(Gen.Int[0, 99], Gen.Int[0, 59], Gen.Int[0, 59], Gen.Int[0, 999]).Sample((h, m, s, ms) =>
        GoDuration.TryParse($"{h}h{m}m{s}s{ms}ms", out TimeSpan duration) && duration == new TimeSpan(0, h, m, s, ms));
}
