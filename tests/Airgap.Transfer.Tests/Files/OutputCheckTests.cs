using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Tests.Files;

[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class OutputCheckTests
{
    [TestMethod]
    public void WhatIsMissingMustBeAllowedToBeCreated()
    {
        if (SpecialFiles.IsRoot)
            Assert.Inconclusive("Root may write to every folder.");
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["locked"]);
        File.WriteAllText(folder["locked/there.json"], "{}");
        SpecialFiles.SetMode(folder["locked"], "555");
        try
        {
            foreach (Action check in (Action[])[
                () => OutputCheck.OfFile(folder["locked/new.json"]), () => OutputCheck.OfArchive(folder["locked/a.tar"], makesFolder: true),
                () => OutputCheck.OfFolder(folder["locked/out/deep"])])
            {
                AirgapException e = Assert.ThrowsExactly<AirgapException>(check);
                Assert.AreEqual(ErrorCode.AccessDenied, e.Code);
                Assert.Contains($"the folder '{folder["locked"]}'", e.Message);
            }

            OutputCheck.OfFile(folder["locked/there.json"]);
            OutputCheck.OfFolder(folder["locked"]);
            OutputCheck.OfFile(folder["free/new.json"], makesFolder: true);
        }
        finally
        {
            SpecialFiles.SetMode(folder["locked"], "755");
        }
    }
}
