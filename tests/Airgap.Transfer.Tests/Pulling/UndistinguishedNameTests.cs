using Airgap.TestKit;
using Airgap.Transfer.Files;
using Airgap.Transfer.Pulling.Unpacking;

namespace Airgap.Transfer.Tests.Pulling;

/// <summary>
/// Names that a file system takes for one another, as those of Windows and macOS do with different cases: the tests put the other name
/// there themselves.
/// </summary>
[TestClass]
public sealed class UndistinguishedNameTests
{
    private readonly TempFolder _temp = new();
    private readonly UnpackedFolder _folder;

    public UndistinguishedNameTests()
    {
        _folder = new UnpackedFolder(_temp["out"], new UnpackBudget(new UnpackLimits()));
        _folder.BeginLayer();
    }

    [TestCleanup]
    public void Clean() => _temp.Dispose();

    [TestMethod]
    public void AFileNeverReplacesOneOfAnotherName()
    {
        Write("d/Case", "1");
        File.WriteAllText(_temp["out/d/case"], "1");

        LayerException e = Assert.ThrowsExactly<LayerException>(() => _folder.AddFile("d/case", UnixFileMode.UserRead));

        Assert.AreEqual("this system does not distinguish its entry 'd/case' from another one", e.Message);
        Assert.AreEqual(LayerPath.OnLinux, e.Advice);
        Assert.AreEqual("1", File.ReadAllText(_temp["out/d/case"]));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void AFolderNeverReplacesOrTakesContentOfAnotherName(bool isFolder)
    {
        if (isFolder)
            Directory.CreateDirectory(_temp["out/case"]);
        else
            File.WriteAllText(_temp["out/case"], "1");

        Assert.ThrowsExactly<LayerException>(() => _folder.AddFolder("case", UnixFileMode.UserRead));
        Assert.ThrowsExactly<LayerException>(() => _folder.AddFile("case/a", UnixFileMode.UserRead));

        Assert.AreEqual(isFolder, Directory.Exists(_temp["out/case"]));
        Assert.AreEqual(!isFolder, File.Exists(_temp["out/case"]));
    }

    [TestMethod]
    public void AFileNeverReplacesAFolderOfAnotherName()
    {
        Directory.CreateDirectory(_temp["out/case"]);

        Assert.ThrowsExactly<LayerException>(() => _folder.AddFile("case", UnixFileMode.UserRead));
        Assert.IsTrue(Directory.Exists(_temp["out/case"]));
    }

    [TestMethod]
    public void ARemovalLeavesOtherNames()
    {
        File.WriteAllText(_temp["out/case"], "1");
        _folder.BeginLayer();

        _folder.Remove("case");
        _folder.RemoveContent("");

        Assert.AreEqual("1", File.ReadAllText(_temp["out/case"]));
    }

    [TestMethod]
    public void TheSameName_IsReplacedInEachDirection()
    {
        Write("a", "1");
        Write("a", "2");
        Assert.AreEqual("2", File.ReadAllText(_temp["out/a"]));

        Write("a/b", "3");
        Assert.AreEqual("3", File.ReadAllText(_temp["out/a/b"]));

        Write("a", "4");
        Assert.AreEqual("4", File.ReadAllText(_temp["out/a"]));
    }

    [TestMethod]
    [DataRow("a", true)]
    [DataRow("a.b", true)]
    [DataRow(".imgpkg", true)]
    [DataRow("COM10", true)]
    [DataRow("console", true)]
    [DataRow("é", true)]
    [DataRow("a:b", false)]
    [DataRow("a\\b", false)]
    [DataRow("a\tb", false)]
    [DataRow("a?", false)]
    [DataRow("a.", false)]
    [DataRow("a ", false)]
    [DataRow("aux", false)]
    [DataRow("Nul.txt", false)]
    [DataRow("COM1", false)]
    [DataRow("lpt².log", false)]
    [DataRow("CONIN$", false)]
    public void NamesOfWindows(string name, bool isOne) => Assert.AreEqual(isOne, WindowsName.IsOne(name));

    private void Write(string path, string content)
    {
        using FileStream file = _folder.AddFile(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        file.Write(System.Text.Encoding.UTF8.GetBytes(content));
    }
}
