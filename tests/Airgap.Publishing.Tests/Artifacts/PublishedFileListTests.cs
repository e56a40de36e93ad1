using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests.Artifacts;

/// <summary>The list of what a clean removes has the files of all publishes.</summary>
[TestClass]
public sealed class PublishedFileListTests
{
    private const int Publishes = 24;

    [TestMethod]
    public void PublishesThatEndAtOnce_LoseNoFile()
    {
        using TempFolder folder = new();
        string list = folder["obj/airgap.artifacts.txt"];
        string[] files = [.. Enumerable.Range(0, Publishes).Select(i => folder[$"{i:00}.yml"])];
        using Barrier start = new(Publishes);
        Thread[] threads = [.. files.Select(file => new Thread(() =>
        {
            PublishedFileList own = new(list);
            own.Add(new PublishedFile(file, PublishedFileKind.Lock) { Written = PublishItems.Digest[7..] });
            start.SignalAndWait();
            own.Save();
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        Assert.AreSequenceEqual(files, new PublishedFileList(list).Earlier.Keys);
    }

    [TestMethod]
    public void AListThatCannotBeWritten_IsAWarning()
    {
        using TempFolder folder = new();
        string list = folder["obj/airgap.artifacts.txt"];
        Directory.CreateDirectory(list);
        PublishedFileList own = new(list);
        Assert.IsNull(own.TrySave());
        own.Add(new PublishedFile(folder["a.yml"], PublishedFileKind.Lock) { Written = PublishItems.Digest[7..] });

        Diagnostic warning = own.TrySave()!;

        Assert.AreEqual(ErrorCode.ArtifactsNotListed, warning.Code);
        Assert.Contains(list, warning.Message);
        Directory.Delete(list);
        Assert.IsNull(own.TrySave());
        Assert.HasCount(1, new PublishedFileList(list).Earlier);
    }
}
