using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Airgap.Oci;

namespace Airgap.Build;

/// <summary>Advice in the words of a project: properties and items.</summary>
internal static partial class BuildAdvice
{
    /// <summary>The property or item for each term of the libraries' advice; empty if there is none.</summary>
    public static FrozenDictionary<string, string> Words { get; } = new Dictionary<string, string>
    {
        [AdviceTerms.TrustedAuthorities] = "AirgapCaCertificates",
        [AdviceTerms.HostCertificates] = "AirgapCertsDirectory",
        [AdviceTerms.SourceMirrors] = "AirgapRegistriesConf",
        [AdviceTerms.PlainHttp] = "AirgapInsecure=true",
        [AdviceTerms.HeaderTime] = "AirgapResponseHeaderTimeout",
        [AdviceTerms.StallTime] = "AirgapStallTimeout",
        [AdviceTerms.LoadWait] = "AirgapLoadWait",
        [AdviceTerms.LockWait] = "AirgapLockTimeout",
        [AdviceTerms.TagList] = "",
        [AdviceTerms.WriteArchive] = "AirgapArchive",
        [AdviceTerms.NameInArchive] = "",
        [AdviceTerms.ServeBase] = "",
        [AdviceTerms.Resume] = "",
        [AdviceTerms.NonDistributable] = "AirgapIncludeNonDistributableLayers=true",
        [AdviceTerms.NoBundleCheck] = "",
        [AdviceTerms.NotRecursive] = "",
        [AdviceTerms.DeleteOutput] = "",
        [AdviceTerms.Exclude] = "",
        [AdviceTerms.AllArtifacts] = "AirgapArtifacts=all",
        [AdviceTerms.DropUnreferenced] = "DropUnreferenced=true",
        [AdviceTerms.SkipPlatforms] = "MissingPlatform=skip",
        [AdviceTerms.RewrittenPlatforms] = "PlatformMode=Rewrite",
        [AdviceTerms.SparsePlatforms] = "Platforms with PlatformMode=Sparse",
        [AdviceTerms.PinImage] = "ImgpkgBundleImage",
        [AdviceTerms.PartsIn] = "AirgapPartsIn",
        [AdviceTerms.RewritePart] = "",
        [AdviceTerms.MountFrom] = "AirgapMountFrom",
        [AdviceTerms.MergeArchives] = "",
        [AdviceTerms.WriteLayout] = "AirgapArchiveFormat=oci",
        [AdviceTerms.CarryLayout] = "AirgapArchiveFormat=oci",
        [AdviceTerms.MakeRunPlan] = "-t:PlanImgpkgBundles",
        [AdviceTerms.RunShard] = "AirgapShard",
        [AdviceTerms.DryRunPlan] = "AirgapOutputPath",
        [AdviceTerms.CarryOutPlan] = "AirgapPlan with AirgapShard, then -t:FinishImgpkgBundles, without AirgapDryRun",
        [AdviceTerms.CreateRepositories] = "AirgapCreateRepositories=true",
        [AdviceTerms.VerifyArchive] = "AirgapVerifyArchive",
    }.ToFrozenDictionary();

    /// <summary>Advice for codes that, in a project, concern the declaration or publishing of an item.</summary>
    public static FrozenDictionary<ErrorCode, string> ByCode { get; } = new Dictionary<ErrorCode, string>
    {
        [ErrorCode.NotABundle] = "Declare it as ImgpkgImage, or name a bundle.",
        [ErrorCode.UnexpectedBundle] = "Declare it as ImgpkgBundle, so that its images come along.",
        [ErrorCode.NoLayersToInclude] = "AirgapIncludeNonDistributableLayers makes no difference here.",
        [ErrorCode.DestinationDamaged] =
            "The registry keeps the damaged file under this digest and accepts no other. Remove the digest from its storage, or " +
            "garbage-collect it there, and publish again with AirgapRepair=true.",
    }.ToFrozenDictionary();

    /// <summary>The same diagnostic with the terms of a project instead of those of a command line.</summary>
    public static Diagnostic Of(Diagnostic diagnostic)
    {
        Diagnostic told = diagnostic with
        {
            Message = Hint().Replace(diagnostic.Message, ""),
            Advice = AdviceTerms.Explain(diagnostic.Advice, Words)
        };
        // A declaration that is refused before the first request has its own advice, which names the item.
        return ByCode.TryGetValue(diagnostic.Code, out string? advice) && !diagnostic.Advice.Contains("Imgpkg", StringComparison.Ordinal)
            ? told with { Advice = advice } : told;
    }

    // imgpkg's hints about flags.
    [GeneratedRegex(@" ?\(hint: [^)]*\)")]
    private static partial Regex Hint();
}
