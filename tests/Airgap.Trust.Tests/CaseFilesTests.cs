using System.Text.Json;
using Airgap.Trust.Tests.Cases;

namespace Airgap.Trust.Tests;

/// <summary>No case of the fixtures is left out: a test judges all cases of each file.</summary>
[TestClass]
public sealed class CaseFilesTests
{
    // The file, and the number of cases that its tests judge: each test repeats the number.
    private static readonly Dictionary<string, int> s_files = new(StringComparer.Ordinal)
    {
        ["blobs"] = 46,
        ["bundles"] = 46,
        ["classic"] = 92,
        ["conformance"] = 59,
        ["keyless"] = 37,
        ["notation"] = 42,
        ["policies"] = 98,
    };

    [TestMethod]
    public void EveryFile_AndEveryCase_IsTaken()
    {
        string folder = Path.Combine(TrustFixtures.Root, "cases");
        Dictionary<string, int> found = Directory.EnumerateFiles(folder).ToDictionary(
            path => Path.GetFileNameWithoutExtension(path),
            path =>
            {
                using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
                return document.RootElement.GetArrayLength();
            });

        Assert.AreSequenceEqual(
            s_files.Select(pair => $"{pair.Key} {pair.Value}"),
            found.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value}"));
        Assert.AreEqual(420, found.Values.Sum());
    }
}
