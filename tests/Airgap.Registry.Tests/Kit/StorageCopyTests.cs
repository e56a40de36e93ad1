using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Kit;

/// <summary>A copy of the fixtures equals the fixtures, whatever an earlier test did to its copy.</summary>
[TestClass]
public sealed class StorageCopyTests
{
    private static readonly string s_source = Path.Combine(Fixtures.Root, "storage");

    [TestMethod]
    public void WhateverATestDidIsUndone()
    {
        using TempFolder temp = new();
        string copy = temp["storage"];
        TempFolder.Copy(s_source, copy);
        string[] files = [.. Directory.EnumerateFiles(copy, "data", SearchOption.AllDirectories).Order()];
        byte[] bytes = File.ReadAllBytes(files[0]);
        bytes[0] ^= 1;
        File.WriteAllBytes(files[0], bytes);
        File.Delete(files[1]);
        File.SetLastWriteTimeUtc(files[2], DateTime.UtcNow);
        Directory.Delete(Path.GetDirectoryName(files[3])!, recursive: true);
        Directory.CreateDirectory(Path.Combine(copy, "new", "below"));
        File.WriteAllText(Path.Combine(copy, "new", "below", "file"), "");
        File.WriteAllText(Path.Combine(copy, "new-file"), "");
        if (!OperatingSystem.IsWindows())
            Directory.CreateSymbolicLink(Path.Combine(copy, "link"), s_source);

        Assert.IsTrue(StorageCopy.IsRestored(copy));

        Assert.AreEqual(Listing(s_source), Listing(copy));
    }

    [TestMethod]
    public void AFileInPlaceOfAFolder_PreventsRestoring()
    {
        using TempFolder temp = new();
        string copy = temp["storage"];
        TempFolder.Copy(s_source, copy);
        Directory.Delete(Path.Combine(copy, "docker", "registry"), recursive: true);
        File.WriteAllText(Path.Combine(copy, "docker", "registry"), "");
        Assert.IsFalse(StorageCopy.IsRestored(copy));
    }

    [TestMethod]
    public void ACopyThatIsGoneIsNotRestored()
    {
        using TempFolder temp = new();
        Assert.IsFalse(StorageCopy.IsRestored(temp["storage"]));
    }

    [TestMethod]
    public void NoTwoTestsHaveTheSameCopyAtATime()
    {
        using StorageCopy first = StorageCopy.Take();
        using StorageCopy second = StorageCopy.Take();
        Assert.AreNotEqual(first.Folder, second.Folder);
        first.Dispose();
        first.Dispose();
        using StorageCopy third = StorageCopy.Take();
        using StorageCopy fourth = StorageCopy.Take();
        Assert.HasCount(3, new[] { second.Folder, third.Folder, fourth.Folder }.Distinct());
    }

    private static string Listing(string folder)
    {
        StringBuilder listing = new();
        foreach (string path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
            listing.AppendLine(
                $"{Path.GetRelativePath(folder, path)} {(File.Exists(path) ? Convert.ToHexString(File.ReadAllBytes(path)) : "")}");
        return listing.ToString();
    }
}
