using System.Diagnostics;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Tests.Files;

/// <summary>Names that differ by case name one file on some drives, on Linux, too: the tests make both of them names of one file.</summary>
[TestClass]
public sealed class OutputConflictsTests
{
    private readonly TempFolder _temp = new();

    [TestCleanup]
    public void Clean() => _temp.Dispose();

    [TestMethod]
    public async Task AFileUnderAnotherSpellingIsNotReplaced()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Names are compared without case.");
        File.WriteAllText(_temp["Bundle.tar"], "read");
        using (Process link = Process.Start("ln", [_temp["Bundle.tar"], _temp["bundle.tar"]]))
            await link.WaitForExitAsync();

        AirgapException e = Assert.ThrowsExactly<AirgapException>(
            () => OutputConflicts.Check([_temp["Bundle.tar"]], _temp["bundle.tar"]));

        Assert.AreEqual(ErrorCode.BaseIsOutput, e.Code);
    }

    [TestMethod]
    public void TwoFilesWhoseNamesDifferByCaseAreTwo()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Names are compared without case.");
        File.WriteAllText(_temp["Bundle.tar"], "read");
        OutputConflicts.Check([_temp["Bundle.tar"]], _temp["bundle.tar"]);
        File.WriteAllText(_temp["bundle.tar"], "old");
        OutputConflicts.Check([_temp["Bundle.tar"]], _temp["bundle.tar"]);
    }
}
