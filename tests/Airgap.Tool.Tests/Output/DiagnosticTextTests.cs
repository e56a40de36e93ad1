using Airgap.Oci;
using Airgap.Tool.Output;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests.Output;

[TestClass]
public sealed class DiagnosticTextTests
{
    private static readonly Diagnostic s_problem = new(ErrorCode.InvalidLock, "The lock has no images.", "Add some.")
    {
        Location = new SourceLocation("a.yml", 3, 7)
    };

    [TestMethod]
    public void OwnName_CodeMessagePlaceAdvice() => Assert.AreEqual(
        "dotnet-airgap: Error: AIRGAP2006: The lock has no images.\n  at a.yml(3,7)\n  Add some.",
        DiagnosticText.Of(s_problem, "Error", Identity.Of("x", "1")).ReplaceLineEndings("\n"));

    [TestMethod]
    public void PlaceInTheMessage_IsNotRepeated() => Assert.DoesNotContain(
        "  at ", DiagnosticText.Of(s_problem with { Message = "a.yml(3,7) has no images." }, "Error", Identity.Of("x", "1")));

    [TestMethod]
    public void UnderImgpkgsName_CausesAreNested() => Assert.AreEqual(
        "imgpkg: Error: Fetching image:\n  GET http://a.local/v2/:\n    MANIFEST_UNKNOWN: manifest unknown (AIRGAP1005)",
        DiagnosticText.Of(
            new Diagnostic(ErrorCode.ManifestUnknown, "GET http://a.local/v2/: MANIFEST_UNKNOWN: manifest unknown", ""), "Error",
            Identity.Of("imgpkg", "1"), "planning"));

    [TestMethod]
    public void UnderImgpkgsName_ARequestBeginsItsCause() => Assert.AreEqual(
        "imgpkg: Error: Fetching image:\n  GET http://a.local:5055/v2/b/manifests/nope:\n    MANIFEST_UNKNOWN: manifest unknown " +
        "(AIRGAP1005)",
        DiagnosticText.Of(
            new Diagnostic(ErrorCode.ManifestUnknown,
                "Cannot fetch a.local:5055/b:nope: GET http://a.local:5055/v2/b/manifests/nope: MANIFEST_UNKNOWN: manifest unknown", ""),
            "Error",
            Identity.Of("imgpkg", "1"),
            "planning"));

    [TestMethod]
    public void UnderImgpkgsName_AHintIsNoCause() => Assert.StartsWith(
        "imgpkg: Error: Expected bundle image but found plain image (hint: Did you use -i instead of -b?)",
        DiagnosticText.Of(
            new Diagnostic(ErrorCode.NotABundle,
                "Expected bundle image but found plain image (hint: Did you use -i instead of -b?): a.local/b:1.", ""), "Error",
                Identity.Of("imgpkg", "1")));

    [TestMethod]
    public void UnexpectedFailure_NamesTypeAndMessage_WithoutAStack()
    {
        Diagnostic described = ToolRunner.Describe(new InvalidOperationException("first\nsecond"));

        Assert.AreEqual(ErrorCode.Unexpected, described.Code);
        Assert.AreEqual("An unexpected failure: InvalidOperationException: first second", described.Message);
        Assert.Contains("report", described.Advice);
    }
}
