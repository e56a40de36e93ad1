using Airgap.Oci.Credentials.Variables;
using Airgap.Oci.Naming;
using CsCheck;

namespace Airgap.Oci.Tests.Auth.Sources;

[TestClass]
public sealed class HostPatternTests
{
    [TestMethod]
    [DataRow("registry.corp.com", "registry.corp.com/a", true)]
    [DataRow("REGISTRY.corp.com", "registry.Corp.com/a", true)]
    [DataRow("https://registry.corp.com", "registry.corp.com/a", true)]
    [DataRow("http://registry.corp.com/", "registry.corp.com/a", true)]
    [DataRow("https://registry.corp.com/v1/", "registry.corp.com/a", true)]
    [DataRow("https://registry.corp.com/v2/", "registry.corp.com/a", true)]
    [DataRow("registry.corp.com/v2/apps", "registry.corp.com/apps/a", true)]
    [DataRow("registry.corp.com/v2/apps", "registry.corp.com/other/a", false)]
    [DataRow("*.corp.com", "registry.corp.com/a", true)]
    [DataRow("*.corp.com", "a.registry.corp.com/a", false)]
    [DataRow("*.corp.com", "corp.com/a", false)]
    [DataRow("*.*.com", "registry.corp.com/a", true)]
    [DataRow("*", "localhost:5000/a", false)]
    [DataRow("*:5000", "localhost:5000/a", true)]
    [DataRow("registry.corp.com", "registry.corp.com:443/a", false)]
    [DataRow("registry.corp.com:5000", "registry.corp.com:5000/a", true)]
    [DataRow("registry.corp.com:5000", "registry.corp.com/a", false)]
    [DataRow("registry.corp.com/apps", "registry.corp.com/apps/a", true)]
    [DataRow("registry.corp.com/apps", "registry.corp.com/apps2/a", true)] // a raw beginning, as in imgpkg
    [DataRow("registry.corp.com/apps/", "registry.corp.com/apps2/a", false)]
    [DataRow("registry.corp.com/apps", "registry.corp.com/a", false)]
    [DataRow("index.docker.io", "ubuntu", true)]
    [DataRow("docker.io", "ubuntu", true)]
    [DataRow("[::1]:5000", "[::1]:5000/a", true)]
    [DataRow("[::1]:5000", "[::2]:5000/a", false)]
    [DataRow("[::1]", "[::1]/a", true)]
    [DataRow("*.corp.com", "corp.com.evil.example/a", false)]
    public void MatchesHostsPortsAndPaths(string text, string repository, bool expected)
    {
        Assert.IsTrue(HostPattern.TryParse(text, out HostPattern? pattern, out _));
        Assert.AreEqual(expected, pattern.Matches(RepositoryName.Parse(repository)));
    }

    [TestMethod]
    [DataRow("https://")]
    [DataRow("/apps")]
    [DataRow("host:port")]
    [DataRow("user:secret@host")]
    [DataRow("ho st")]
    [DataRow("reg[1.corp.com")]
    public void AnInvalidHost_IsRefused(string text)
    {
        Assert.IsFalse(HostPattern.TryParse(text, out _, out string? problem));
        Assert.DoesNotContain("secret", problem);
    }

    [TestMethod]
    public void AnyTextIsReadOrRefused() => Gen.String.Sample(text =>
    {
        if (HostPattern.TryParse(text, out HostPattern? pattern, out _))
            pattern.Matches(RepositoryName.Parse("registry.corp.com/a"));
    });

    [TestMethod]
    public void AStarInAnyLabelMatchesTheSameHost() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 6].Array[2, 5], Gen.Int[0, 4]).Sample((labels, star) =>
        {
            string host = string.Join('.', labels);
            labels[star % labels.Length] = "*";
            Assert.IsTrue(HostPattern.TryParse(string.Join('.', labels), out HostPattern? pattern, out _));
            Assert.IsTrue(pattern.Matches(RepositoryName.Parse($"{host}/app")));
            Assert.IsFalse(pattern.Matches(RepositoryName.Parse($"more.{host}/app")));
        });
}
