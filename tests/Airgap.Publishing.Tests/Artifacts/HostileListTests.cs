using Airgap.Publishing.Artifacts;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests.Artifacts;

/// <summary>A foreign list of published files removes nothing and stops nothing.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class HostileListTests
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void APathThatNoSystemTakesIsPassedOver()
    {
        string list = _folder["airgap.artifacts.txt"];
        File.WriteAllText(list, $"{new string('a', 64)}  {_folder["a\0b"]}{Path.DirectorySeparatorChar}relocation.json\n");
        Assert.IsEmpty(new ArtifactCleaner(_folder["airgap"]).Clean(list));
        Assert.IsFalse(File.Exists(list));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [Timeout(60_000, CooperativeCancellation = false)]
    public void APipeIsNotWaitedForAndStays()
    {
        string pipe = _folder["relocation.json"];
        using (System.Diagnostics.Process made = System.Diagnostics.Process.Start("mkfifo", pipe))
            made.WaitForExit();
        string list = _folder["airgap.artifacts.txt"];
        File.WriteAllText(list, $"{new string('a', 64)}  {pipe}\n");
        Assert.HasCount(1, new ArtifactCleaner(_folder.Path).Clean(list));
        Assert.IsTrue(Path.Exists(pipe));
    }
}
