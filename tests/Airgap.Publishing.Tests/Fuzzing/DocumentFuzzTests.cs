using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Locking;
using Airgap.Publishing.Reporting;
using Airgap.TestKit;
using Airgap.TestKit.Fuzzing;

namespace Airgap.Publishing.Tests.Fuzzing;

/// <summary>Documents that a publish wrote and reads again: read, or refused with a printable message.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class DocumentFuzzTests
{
    private static readonly string[] s_json = ["null", "{}", "[]", "\"\\ud800\"", "\"version\":", "\"items\":{", "\"digest\":\"sha256:",
        "\"tag\":", "1e400", "<<<<<<< HEAD\n", "//"];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void ProjectLocks_AreReadOrRefused() => Fuzz.Run(TestContext, "project-lock", bytes =>
    {
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        ProjectLockReader.Read("airgap.lock.json", bytes, problems);
        if (problems.Count > 0)
            throw new AirgapException(problems[0].Code, problems[0].Message, problems[0].Advice);
    }, s_json);

    [TestMethod]
    public void Reports_AreReadOrRefused()
    {
        using TempFolder folder = new();
        string path = folder["relocation.json"];
        Fuzz.Run(TestContext, "relocation", bytes =>
        {
            File.WriteAllBytes(path, bytes);
            if (RelocationReportWriter.Read(path) is null)
                throw new AirgapException(ErrorCode.InvalidArgument, "It is none of ours.", "None.");
            Assert.IsTrue(RelocationReportWriter.Read(path)!.DescribesTheSameAs(RelocationReportWriter.Read(path)!));
        }, s_json);
    }

    [TestMethod]
    public void ListsOfPublishedFiles_AreReadOrRefused()
    {
        using TempFolder folder = new();
        string list = folder["airgap.artifacts.txt"];
        Fuzz.Run(TestContext, "published-files", bytes =>
        {
            File.WriteAllBytes(list, bytes);
            IReadOnlyDictionary<string, string> files = new PublishedFileList(list).Earlier;
            foreach (string file in files.Keys)
                ArtifactRemoval.IsBelow(file, folder.Path);
            if (files.Count == 0)
                throw new AirgapException(ErrorCode.ArtifactChanged, "Nothing is known.", "None.");
        }, ["  /", "/../", "\0", "relocation.json", "\n", "\r\n", "  relative", "/tmp", "//"]);
    }
}
