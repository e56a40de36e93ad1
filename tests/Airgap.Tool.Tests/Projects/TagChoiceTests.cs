using Airgap.Tool.Projects;

namespace Airgap.Tool.Tests.Projects;

[TestClass]
public sealed class TagChoiceTests
{
    [TestMethod]
    [DataRow("v1.9.0 v1.10.0 v1.2.0", "v1.10.0")]
    [DataRow("1.0.0 2.0.0-rc.1 latest", "1.0.0")]
    [DataRow("2.0.0-rc.1 latest", "2.0.0-rc.1")]
    [DataRow("v2.0.0-rc.9 v2.0.0-rc.10 v2.0.0-beta.11", "v2.0.0-rc.10")]
    [DataRow("1.0.0_build.1 1.0.0", "1.0.0_build.1")]
    [DataRow("latest main v1 1.2", null)]
    [DataRow("99999999999999999999.0.0 1.0.0", "1.0.0")]
    public void TheHighestReleaseIsTaken(string tags, string? expected) => Assert.AreEqual(expected, TagChoice.Highest(tags.Split(' ')));
}
