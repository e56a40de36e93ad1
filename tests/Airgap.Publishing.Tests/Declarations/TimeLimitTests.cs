using Airgap.Publishing.Declarations;
using CsCheck;

namespace Airgap.Publishing.Tests.Declarations;

[TestClass]
public sealed class TimeLimitTests
{
    [TestMethod]
    [DataRow("30s", 30_000)]
    [DataRow("1m30s", 90_000)]
    [DataRow("500ms", 500)]
    [DataRow("1.5s", 1_500)]
    [DataRow("2h", 7_200_000)]
    [DataRow("1000000µs", 1_000)]
    [DataRow("1ns", 1)]
    [DataRow("576h", 2_073_600_000)]
    [DataRow("0", Timeout.Infinite)]
    [DataRow("0s", Timeout.Infinite)]
    public void Durations_AreLimits(string text, int milliseconds)
    {
        Assert.IsTrue(TimeLimit.TryParse(text, out TimeSpan limit));
        Assert.AreEqual(TimeSpan.FromMilliseconds(milliseconds), limit);
    }

    // The longest value that a timer and a socket accept.
    [TestMethod]
    [DataRow("")]
    [DataRow("30")]
    [DataRow("30 s")]
    [DataRow("-5s")]
    [DataRow("-1ns")]
    [DataRow("1d")]
    [DataRow("1.2.3s")]
    [DataRow("576h1ns")]
    [DataRow("99999999h")]
    public void AnInvalidDuration_IsRefused(string text) => Assert.IsFalse(TimeLimit.TryParse(text, out _));

    [TestMethod]
    public void WholeParts_AddUp() => Gen.Select(Gen.Int[0, 99], Gen.Int[0, 59], Gen.Int[0, 59], Gen.Int[1, 999]).Sample((h, m, s, ms) =>
        TimeLimit.TryParse($"{h}h{m}m{s}s{ms}ms", out TimeSpan limit) && limit == new TimeSpan(0, h, m, s, ms));
}
