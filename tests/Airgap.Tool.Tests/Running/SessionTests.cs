using Airgap.Oci;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests.Running;

[TestClass]
public sealed class SessionTests
{
    [TestMethod]
    [DataRow(true, true, "dotnet-airgap: \u001b[1;31mError:\u001b[0m AIRGAP1001: \\x1b[2J no\n")]
    [DataRow(true, false, "dotnet-airgap: Error: AIRGAP1001: \\x1b[2J no\n")]
    [DataRow(false, true, "dotnet-airgap: Error: AIRGAP1001: \\x1b[2J no\n")]
    public void AnErrorHasAColour_WhereThereAreColoursAndNobodyTurnedThemOff(bool hasColors, bool color, string expected)
    {
        using StringWriter error = new() { NewLine = "\n" };
        Terminal terminal = new(TextWriter.Null, error, false, true) { HasColors = hasColors };
        Session session = new("copy", Identity.Of("dotnet-airgap", "1"), terminal, new GlobalOptions { Color = color });
        session.Fail(new Diagnostic((ErrorCode)1001, "\u001b[2J no", ""));
        Assert.AreEqual(expected, error.ToString());
    }
}
