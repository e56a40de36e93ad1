using System.Collections.Frozen;
using System.CommandLine;
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
        [AdviceTerms.ServeBase] = "--tar",
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
        [AdviceTerms.CarryLayout] = "--to-oci-tar",
        [AdviceTerms.MakeRunPlan] = "copy … --plan-out",
        [AdviceTerms.RunShard] = "copy --plan … --shard",
        [AdviceTerms.DryRunPlan] = "--dry-run --plan FILE",
        [AdviceTerms.CarryOutPlan] = "copy --plan … --shard, then --finish, without --dry-run",
        [AdviceTerms.CreateRepositories] = "--create-repositories",
        [AdviceTerms.VerifyArchive] = "copy --verify-archive",
    }.ToFrozenDictionary();

    // Terms whose word is another command: the flags beside them are that command's.
    private static readonly string[] s_otherCommands = [.. Words.Where(word => word.Value.Contains("copy ", StringComparison.Ordinal))
        .Select(word => word.Key)];

    /// <summary>
    /// The same advice, with flags where they exist. Properties stay, since <c>publish</c> reads a project and its
    /// advice concerns the declarations there.
    /// </summary>
    /// <param name="diagnostic">The diagnostic.</param>
    /// <param name="command">The command that ran: flags that it does not have are not named; null to name all.</param>
    public static Diagnostic Of(Diagnostic diagnostic, Command? command = null)
    {
        bool isForOther = command is null
            || s_otherCommands.Any(term => diagnostic.Advice.Contains(term, StringComparison.OrdinalIgnoreCase));
        return diagnostic with { Advice = AdviceTerms.Explain(diagnostic.Advice, isForOther ? Words : WordsOf(command!)) };
    }

    private static Dictionary<string, string> WordsOf(Command command)
    {
        HashSet<string> flags = [.. command.Options.SelectMany(option => option.Aliases.Prepend(option.Name))];
        return Words.ToDictionary(word => word.Key, word => string.Join(" or ", word.Value.Split(" or ").Where(Has)));

        // A word of another command begins with its name.
        bool Has(string word)
        {
            string[] parts = [.. word.Split(' ', '=').SkipWhile(part => part == "no")];
            return !parts[0].StartsWith('-') || parts.Where(part => part.StartsWith('-')).All(flags.Contains);
        }
    }
}
