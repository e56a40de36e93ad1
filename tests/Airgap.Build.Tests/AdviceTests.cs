using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.Transfer.Sharding;

namespace Airgap.Build.Tests;

/// <summary>The advice of a build names properties and items, and never a flag of the command line.</summary>
[TestClass]
public sealed partial class AdviceTests
{
    [TestMethod]
    public void EveryTerm_HasItsWord_AndNoWordIsAFlag()
    {
        Assert.AreSequenceEqual(AdviceTerms.All.Order(StringComparer.Ordinal), BuildAdvice.Words.Keys.Order(StringComparer.Ordinal));
        Assert.IsEmpty(BuildAdvice.Words.Values.Concat(BuildAdvice.ByCode.Values).Where(word => Flag().IsMatch(word)));
        Assert.IsEmpty(BuildAdvice.Words.Values.Concat(BuildAdvice.ByCode.Values).SelectMany(word => Property().Matches(word))
            .Select(match => match.Value).Except(PropertyNames.All));
    }

    [TestMethod]
    public void ATimeout_NamesTheProperty() => Assert.AreEqual(
        "Try again, or allow more time without a byte (AirgapStallTimeout).",
        BuildAdvice.Of(new Diagnostic(ErrorCode.RegistryTimeout, "No byte came.", $"Try again, or allow {AdviceTerms.StallTime}.")).Advice);

    [TestMethod]
    public void ABundleThatIsDeclaredAsAnImage_IsToldByItsItem()
    {
        Diagnostic told = BuildAdvice.Of(
            new Diagnostic(ErrorCode.UnexpectedBundle,
                "Expected bundle flag when copying a bundle (hint: Use -b instead of -i for bundles): host.io/a:v1.",
                "Relocate it as a bundle."));
        Assert.AreEqual(
            "Expected bundle flag when copying a bundle: host.io/a:v1. Declare it as ImgpkgBundle, so that its images come along.",
            told.Text);
        Diagnostic own = new(ErrorCode.NotABundle, "The archive a.tar contains a plain image, not host.io/a:v1.",
            "Declare it as ImgpkgImage.");
        Assert.AreEqual(own, BuildAdvice.Of(own));
    }

    [TestMethod]
    public void APlanInTheWayOfADryRun_IsToldByProperties()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["plan.json"], """{ "airgapPlan": 1 }""");
        AirgapException refused = Assert.ThrowsExactly<AirgapException>(() => RunPlanFile.RefuseToReplace(folder["plan.json"]));
        Assert.AreEqual(
            "To look only, write the plan of the dry run elsewhere (AirgapOutputPath); or carry this one out (AirgapPlan with AirgapShard, " +
            "then -t:FinishImgpkgBundles, without AirgapDryRun). Remove it if it is no longer needed.",
            BuildAdvice.Of(refused.ToDiagnostic()).Advice);
    }

    [GeneratedRegex(@"(^|[\s'(])(--[a-z][a-z-]+|-[bi]\b)")]
    private static partial Regex Flag();

    [GeneratedRegex(@"\bAirgap[A-Z]\w+")]
    private static partial Regex Property();
}
