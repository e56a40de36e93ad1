using System.Collections.Immutable;

namespace Airgap.Oci;

/// <summary>
/// Terms for settings and commands, independent of a front end. The libraries' advice uses these terms; each front end
/// adds its own name for them, such as a flag or a property.
/// </summary>
internal static class AdviceTerms
{
    /// <summary>The trusted authorities besides the system's.</summary>
    public const string TrustedAuthorities = "the authority that signed it, as a PEM file";

    /// <summary>The folder with the certificates of single hosts.</summary>
    public const string HostCertificates = "the certs.d folder of this host";

    /// <summary>Mirrors that sources are read from.</summary>
    public const string SourceMirrors = "read through a mirror";

    /// <summary>Plain http when https fails.</summary>
    public const string PlainHttp = "plain http for it";

    /// <summary>The limit for the headers of a response.</summary>
    public const string HeaderTime = "more time for the headers of a response";

    /// <summary>The limit for the next byte.</summary>
    public const string StallTime = "more time without a byte";

    /// <summary>The limit for waiting for an overloaded registry.</summary>
    public const string LoadWait = "a longer wait for busy registries";

    /// <summary>The limit for waiting for another run.</summary>
    public const string LockWait = "a longer wait for other runs";

    /// <summary>The tags of a repository.</summary>
    public const string TagList = "the list of the repository's tags";

    /// <summary>Writing an archive of a bundle.</summary>
    public const string WriteArchive = "write the archive again";

    /// <summary>Naming an item of an archive.</summary>
    public const string NameInArchive = "name one of them with the archive";

    /// <summary>Serving the base of a delta, too.</summary>
    public const string ServeBase = "serve its base, too";

    /// <summary>Resuming from what an earlier run has written.</summary>
    public const string Resume = "run it again to resume";

    /// <summary>Non-distributable layers.</summary>
    public const string NonDistributable = "non-distributable layers";

    /// <summary>Treating a bundle as an image.</summary>
    public const string NoBundleCheck = "as an image without this check";

    /// <summary>The images of a bundle, without those of nested bundles.</summary>
    public const string NotRecursive = "the bundle without nested bundles";

    /// <summary>Deleting the content of an output folder.</summary>
    public const string DeleteOutput = "have its content deleted";

    /// <summary>Files that are not pushed.</summary>
    public const string Exclude = "exclude unneeded files";

    /// <summary>An image that a bundle pins.</summary>
    public const string PinImage = "pin it as an image of the bundle";

    /// <summary>Copying everything that is attached to images.</summary>
    public const string AllArtifacts = "request all artifacts";

    /// <summary>Omitting images that no selected package names.</summary>
    public const string DropUnreferenced = "omit images that nothing names";

    /// <summary>Continuing without a platform that an image lacks.</summary>
    public const string SkipPlatforms = "skip missing platforms";

    /// <summary>Indexes that list only the chosen platforms.</summary>
    public const string RewrittenPlatforms = "have indexes rewritten";

    /// <summary>Leaving the images of other platforms behind.</summary>
    public const string SparsePlatforms = "choose platforms and keep the indexes";

    /// <summary>The folders with parts of an archive.</summary>
    public const string PartsIn = "name the folders of the parts";

    /// <summary>Writing one part of an archive again.</summary>
    public const string RewritePart = "cut this part out of the archive again";

    /// <summary>Repositories to mount layers from.</summary>
    public const string MountFrom = "name a repository of the same registry that has them";

    /// <summary>Joining a chain to one archive.</summary>
    public const string MergeArchives = "join the archives into one";

    /// <summary>Writing a format for several bundles.</summary>
    public const string WriteLayout = "write an OCI layout, which holds several";

    /// <summary>Writing a format for any content.</summary>
    public const string CarryLayout = "in an OCI layout";

    /// <summary>Making a plan that shards carry out.</summary>
    public const string MakeRunPlan = "write it of the source, and give all shards the same file";

    /// <summary>Running a shard again.</summary>
    public const string RunShard = "run these shards again with the same plan";

    /// <summary>Where a dry run writes its plan.</summary>
    public const string DryRunPlan = "write the plan of the dry run elsewhere";

    /// <summary>Carrying out a plan that was made.</summary>
    public const string CarryOutPlan = "carry this one out";

    /// <summary>Creating the repositories that a push needs.</summary>
    public const string CreateRepositories = "have missing repositories created";

    /// <summary>Requiring the signature of the source archive.</summary>
    public const string VerifyArchive = "require the archive's signature";

    /// <summary>All terms. No term is part of another.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        TrustedAuthorities, HostCertificates, SourceMirrors, PlainHttp, HeaderTime, StallTime, LoadWait, LockWait, TagList, WriteArchive,
        NameInArchive, Resume,
        NonDistributable, NoBundleCheck, NotRecursive,
        DeleteOutput, Exclude, PinImage, AllArtifacts, DropUnreferenced, SkipPlatforms, RewrittenPlatforms, SparsePlatforms, PartsIn,
        RewritePart, MountFrom, MergeArchives, ServeBase, WriteLayout, CarryLayout, MakeRunPlan, RunShard,
        DryRunPlan, CarryOutPlan,
        CreateRepositories, VerifyArchive,
    ];

    /// <summary>Advice with the front end's word added after each term.</summary>
    /// <param name="advice">The advice of a library.</param>
    /// <param name="words">Returns the front end's word for a term; empty for none.</param>
    public static string Explain(string advice, IReadOnlyDictionary<string, string> words)
    {
        foreach (string term in All)
        {
            int at = advice.IndexOf(term, StringComparison.OrdinalIgnoreCase);
            string word = words[term].Length == 0 ? "" : $" ({words[term]})";
            if (at >= 0 && !advice.AsSpan(at + term.Length).StartsWith(word, StringComparison.Ordinal))
                advice = advice.Insert(at + term.Length, word);
        }

        return advice;
    }
}
