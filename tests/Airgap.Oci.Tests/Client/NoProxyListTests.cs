using Airgap.Oci.Wire;

namespace Airgap.Oci.Tests.Client;

/// <summary>Each row is the result of Go's <c>httpproxy</c> package, which imgpkg uses.</summary>
[TestClass]
public sealed class NoProxyListTests
{
    [TestMethod]
    [DataRow("example.com", "https://example.com/", true)]
    [DataRow("example.com", "https://registry.example.com/", true)]
    [DataRow("example.com", "https://notexample.com/", false)]
    [DataRow("EXAMPLE.com", "https://Registry.Example.COM/", true)]
    [DataRow("example.com", "https://registry.example.com./", true)]
    [DataRow(".example.com", "https://registry.example.com/", true)]
    [DataRow(".example.com", "https://example.com/", false)]
    [DataRow("*.example.com", "https://registry.example.com/", true)]
    [DataRow("*.example.com", "https://example.com/", false)]
    [DataRow("example.com:8443", "https://registry.example.com:8443/", true)]
    [DataRow("example.com:8443", "https://registry.example.com/", false)]
    [DataRow("example.com:443", "https://registry.example.com/", true)]
    [DataRow("svc", "http://registry.tools.svc:5000/", true)]
    [DataRow("xn--bcher-kva.example", "https://bücher.example/", true)]
    [DataRow("bücher.example", "https://registry.bücher.example/", true)]
    [DataRow("10.0.0.0/8", "https://10.1.2.3/", true)]
    [DataRow("10.1.2.3/8", "https://10.200.0.1:5000/", true)]
    [DataRow("10.0.0.0/8", "https://11.1.2.3/", false)]
    [DataRow("10.0.0.0/8", "https://registry10.example.com/", false)]
    [DataRow("172.16.0.0/12", "https://172.31.255.255/", true)]
    [DataRow("172.16.0.0/12", "https://172.32.0.0/", false)]
    [DataRow("0.0.0.0/0", "https://8.8.8.8/", true)]
    [DataRow("10.0.0.0/33", "https://10.0.0.0/", false)]
    [DataRow("192.168.1.1", "https://192.168.1.1:5000/", true)]
    [DataRow("192.168.1.1:5000", "https://192.168.1.1:5000/", true)]
    [DataRow("192.168.1.1:5000", "https://192.168.1.1/", false)]
    [DataRow("192.168.1.1", "https://192.168.1.10/", false)]
    [DataRow("192.168", "https://192.168.1.1/", false)]
    [DataRow("fd00::/8", "https://[fd12::1]/", true)]
    [DataRow("fd00::/8", "https://[fe80::1]/", false)]
    [DataRow("[fd00::1]:5000", "https://[fd00::1]:5000/", true)]
    [DataRow("[fd00::1]:5000", "https://[fd00::1]/", false)]
    [DataRow("fd00::1", "https://[fd00::1]/", true)]
    [DataRow("::ffff:10.0.0.1", "https://10.0.0.1/", true)]
    [DataRow("*", "https://registry.example.com/", true)]
    [DataRow("a.example, b.example ,, c.example", "https://b.example/", true)]
    [DataRow(" , ,", "https://b.example/", false)]
    [DataRow(":80,.,*.", "https://b.example/", false)]
    [DataRow(null, "https://b.example/", false)]
    [DataRow(null, "http://localhost:5000/", true)]
    [DataRow(null, "http://127.8.8.8/", true)]
    [DataRow(null, "http://[::1]:5000/", true)]
    public void AList_CoversHosts_Domains_AndLoopback(string? list, string uri, bool expected) =>
        Assert.AreEqual(expected, NoProxyList.Parse(list).Covers(new Uri(uri)));

    /// <summary>For any text, nothing throws, and this machine is contacted directly.</summary>
    [TestMethod]
    public void AnyValue_IsTaken()
    {
        Random random = new(1);
        const string Alphabet = "a.*:/[]10,-\u00fc\ud800 %";
        for (int run = 0; run < 20_000; run++)
        {
            string value = new([.. Enumerable.Range(0, random.Next(24)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            NoProxyList list = NoProxyList.Parse(value);
            list.Covers(new Uri("https://registry.example.com/"));
            Assert.IsTrue(list.Covers(new Uri("http://127.0.0.1:5000/")), value);
        }
    }
}
