using Airgap.Oci.Wire;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Tests.Declarations;

[TestClass]
public sealed class RateTextTests
{
    [TestMethod]
    [DataRow("20MB/s", 20_000_000)]
    [DataRow("20MB", 20_000_000)]
    [DataRow(" 1.5 MiB/s ", 1_572_864)]
    [DataRow("500kB/s", 500_000)]
    [DataRow("64KiB/s", 65_536)]
    [DataRow("2GB/s", 2_000_000_000)]
    [DataRow("1000B/s", 1000)]
    public void ARateHasAUnit(string text, long rate)
    {
        Assert.IsTrue(RateText.TryParse([text], out ByteRates rates, out _));
        Assert.AreEqual(rate, rates.Everywhere);
    }

    [TestMethod]
    [DataRow("20")]
    [DataRow("999B/s")]
    [DataRow("0MB/s")]
    [DataRow("-1MB/s")]
    [DataRow("MB/s")]
    [DataRow("20MB/h")]
    [DataRow("20Mbit/s")]
    [DataRow("20MB/s/s")]
    [DataRow("1e9B/s")]
    [DataRow("")]
    [DataRow("/s")]
    [DataRow("=20MB/s")]
    [DataRow("host.io/path=20MB/s")]
    [DataRow("host.io=")]
    [DataRow("99999999999999999999TB/s")]
    public void AnythingElseIsNamed(string text)
    {
        Assert.IsFalse(RateText.TryParse(["host.io=1MB/s", text], out ByteRates rates, out string? wrong));
        Assert.AreEqual(text, wrong);
        Assert.AreEqual(ByteRates.None, rates);
    }

    [TestMethod]
    [DataRow("docker.io", "index.docker.io")]
    [DataRow("host.io.:443", "host.io")]
    [DataRow("host.io", "host.io:443")]
    public void ARegistryIsMeant_WhateverTheSpelling(string written, string name)
    {
        Assert.IsTrue(RateText.TryParse([$"{written}=1MB/s"], out ByteRates rates, out _));
        Assert.AreEqual(1_000_000, rates.Of(name));
    }

    [TestMethod]
    public void ARegistryHasItsOwn_AndNoneHasTwo()
    {
        Assert.IsTrue(RateText.TryParse(["host.io:5000=1MB/s", "2MB/s"], out ByteRates rates, out _));
        Assert.AreEqual(1_000_000, rates.Of("host.io:5000"));
        Assert.AreEqual(2_000_000, rates.Of("host.io"));
        Assert.IsFalse(RateText.TryParse(["host.io=1MB/s", "HOST.io=2MB/s"], out _, out _));
        Assert.IsFalse(RateText.TryParse(["docker.io=1MB/s", "index.docker.io=2MB/s"], out _, out _));
        Assert.IsFalse(RateText.TryParse(["1MB/s", "2MB/s"], out _, out _));
    }
}
