using Airgap.Publishing.Updates;

namespace Airgap.Publishing.Tests.Updates;

/// <summary>Which of a source's versions counts as newer.</summary>
[TestClass]
public sealed class VersionScopeTests
{
    [TestMethod]
    [DataRow("v1.2.3", "1.2.3 1.2.4 v1.10.0 1.9.0 latest", "", "v1.10.0")]
    [DataRow("1.2.3", "1.2.2 1.2.3 v1.2.3 1.2.3_build.7", "", null)]
    [DataRow("1.2.3", "1.2.4 1.3.0 2.0.0", "minor", "1.3.0")]
    [DataRow("1.2.3", "1.2.4 1.3.0 2.0.0", "patch", "1.2.4")]
    [DataRow("1.2.3", "1.3.0 2.0.0", "patch", null)]
    [DataRow("1.2.3", "2.0.0-rc.1 1.2.4", "", "1.2.4")]
    [DataRow("1.2.3", "2.0.0-rc.1 1.2.4", "pre", "2.0.0-rc.1")]
    [DataRow("2.0.0-rc.1", "2.0.0-rc.2 1.9.0", "", "2.0.0-rc.2")]
    [DataRow("2.0.0-rc.1", "2.0.0-rc.2 2.0.0", "", "2.0.0")]
    [DataRow("1.0.0", "v1.1.0 1.1.0", "", "1.1.0")]
    [DataRow("1.0.0", "1.1.0 v1.1.0", "", "1.1.0")]
    [DataRow("1.0.0", "1.1.0_vmware.2", "", "1.1.0_vmware.2")]
    [DataRow("1.0.0", "", "", null)]
    public void TheNewestOfWhatCounts(string declared, string tags, string words, string? expected)
    {
        VersionScope scope = new(words == "pre", words == "minor", words == "patch");
        Assert.AreEqual(expected, scope.Newest(
            VersionScope.OfTag(declared)!.Value,
            tags.Split(' ').Where(tag => VersionScope.OfTag(tag) is not null).Select(tag => (VersionScope.OfTag(tag)!.Value, tag))));
    }

    [TestMethod]
    [DataRow("latest")]
    [DataRow("main")]
    [DataRow("1.2")]
    [DataRow("sha256-cc146dc2.sig")]
    public void ANameIsNoVersion(string tag) => Assert.IsNull(VersionScope.OfTag(tag));
}
