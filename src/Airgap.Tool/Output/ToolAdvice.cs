using System.Collections.Frozen;
using Airgap.Oci;

namespace Airgap.Tool.Output;

/// <summary>Advice in the words of the command line.</summary>
internal static class ToolAdvice
{
    /// <summary>The flag or command for each term of the libraries' advice; empty if there is none.</summary>
    public static FrozenDictionary<string, string> Words { get; } = new Dictionary<string, string>
    {
        [AdviceTerms.TrustedAuthorities] = "--registry-ca-cert-path",
        [AdviceTerms.HostCertificates] = "--registry-certs-dir",
        [AdviceTerms.SourceMirrors] = "--registries-conf",
        [AdviceTerms.PlainHttp] = "--registry-insecure",
        [AdviceTerms.HeaderTime] = "--registry-response-header-timeout",
        [AdviceTerms.StallTime] = "--registry-stall-timeout",
        [AdviceTerms.LoadWait] = "--registry-load-wait",
        [AdviceTerms.LockWait] = "--lock-timeout",
        [AdviceTerms.TagList] = "tag list -i",
        [AdviceTerms.WriteArchive] = "copy -b … --to-tar",
        [AdviceTerms.NameInArchive] = "-b or -i",
        [AdviceTerms.Resume] = "--resume",
        [AdviceTerms.NonDistributable] = "--include-non-distributable-layers",
        [AdviceTerms.NoBundleCheck] = "--image-is-bundle-check=false",
        [AdviceTerms.NotRecursive] = "no --recursive",
        [AdviceTerms.DeleteOutput] = "--force",
        [AdviceTerms.Exclude] = "--file-exclusion",
        [AdviceTerms.AllArtifacts] = "--artifacts all",
        [AdviceTerms.DropUnreferenced] = "--drop-unreferenced",
        [AdviceTerms.SkipPlatforms] = "--missing-platform skip",
        [AdviceTerms.RewrittenPlatforms] = "--platform-mode rewrite",
        [AdviceTerms.SparsePlatforms] = "--platform with --platform-mode sparse",
        [AdviceTerms.PinImage] = "--image",
        [AdviceTerms.PartsIn] = "--parts-in",
        [AdviceTerms.RewritePart] = "archive split FILE --only N",
        [AdviceTerms.MountFrom] = "--mount-from",
        [AdviceTerms.MergeArchives] = "archive merge",
        [AdviceTerms.WriteLayout] = "--to-oci-tar",
        [AdviceTerms.MakeRunPlan] = "copy … --plan-out",
        [AdviceTerms.RunShard] = "copy --plan … --shard",
        [AdviceTerms.DryRunPlan] = "--dry-run --plan FILE",
        [AdviceTerms.CarryOutPlan] = "copy --plan … --shard, then --finish, without --dry-run",
        [AdviceTerms.CreateRepositories] = "--create-repositories",
    }.ToFrozenDictionary();

    /// <summary>
    /// The same advice, with flags where they exist. Properties stay, since <c>publish</c> reads a project and its
    /// advice concerns the declarations there.
    /// </summary>
    public static Diagnostic Of(Diagnostic diagnostic) => diagnostic with { Advice = AdviceTerms.Explain(diagnostic.Advice, Words) };
}
