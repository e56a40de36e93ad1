using Airgap.Oci;
using Airgap.Transfer.Archives;

namespace Airgap.Tool.Commands;

/// <summary>The valid combinations of <c>copy</c>'s flags, checked in imgpkg's order and with its messages.</summary>
internal static class CopyRules
{
    // The rules for one source and one destination, in the order in which they are checked.
    private static readonly Rule[] s_rules =
    [
        new(arguments => arguments is { ToTar: not null, Tar: not null, Selection.IsEmpty: true },
            "Cannot use tar source (--tar) with tar destination (--to-tar)",
            "Copy the archive file itself."),
        new(arguments => arguments is { ToRepository: null, LockOutput: not null },
            "Cannot output lock file with tar destination",
            "Use --lock-output when you copy the archive to its repository: its location is known only then."),
        new(arguments => arguments is { ToTar: null, ToOci: null, ToOciTar: null, Resume: true },
            "Flag --resume can only be used when copying to tar",
            "Omit it: a copy to a repository never sends existing content again."),
        new(arguments => arguments is { ToRepository: null, Repair: true },
            "Flag --repair can only be used when copying to a repository",
            "Omit it: an archive is always written in full, and --resume keeps only content that it has verified."),
        new(arguments => arguments is { ToRepository: null, AskInBulk: true },
            "Flag --ask-in-bulk can only be used when copying to a repository",
            "Omit it: it saves requests to a destination registry, and this destination is an archive."),
        new(arguments => arguments is { AskInBulk: true, Repair: true },
            "Cannot use --ask-in-bulk with --repair",
            "Omit it: a repair reads everything, so it saves no requests."),
        new(arguments => arguments is { EarlierPlan: not null }
            && (arguments is { ToRepository: null } or { Repair: true } || arguments.Map.Count > 0 || arguments.Template is not null
                || arguments.Tar is not null || arguments.Oci is not null || arguments.OciTar is not null),
            "Flag --earlier-plan can only be used when copying from a registry to one repository, without --repair",
            "Omit it: elsewhere it saves no requests."),
        new(arguments => arguments is { VolumeSize: not null, ToTar: null, ToOciTar: null },
            "Flag --volume-size can only be used with --to-tar or --to-oci-tar",
            "Omit it: only an archive is written in parts."),
        new(arguments => arguments is { Artifacts: { Length: > 0 } and not "all" }
            && (arguments.Tar is not null || arguments.Oci is not null || arguments.OciTar is not null),
            "Flag --artifacts can only be used to choose artifacts when copying from a registry",
            "Omit it: what an archive contains is copied; choose when the archive is written."),
        new(arguments => arguments is { IgnoreBundleCheck: true, Images: [], Tar: null, Oci: null, OciTar: null },
            "Flag --ignore-bundle-check can only be used with --image (-i) or --tar",
            "Omit it to copy the bundle with its images, or name the bundle with -i to copy it alone."),
    ];

    /// <summary>Checks the flags together.</summary>
    /// <param name="arguments">The flags as typed.</param>
    /// <returns>The flags; with a map, the first of its destinations represents all of them.</returns>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.SourceSelection"/>, <see cref="ErrorCode.DestinationSelection"/>, <see cref="ErrorCode.IncompatibleOptions"/>,
    /// <see cref="ErrorCode.OneRootPerArchive"/>.
    /// </exception>
    public static CopyArguments Check(CopyArguments arguments)
    {
        bool areSeveral = arguments.References + (arguments.Lock is null ? 0 : 1) > 1 && arguments.ToLayout;
        string? bundle = arguments.Bundles.Count > 0 ? arguments.Bundles[0] : null;
        string? image = arguments.Images.Count > 0 && !(areSeveral && bundle is not null) ? arguments.Images[0] : null;
        if (Given(bundle, image, areSeveral ? null : arguments.Lock, arguments.Tar, arguments.Oci, arguments.OciTar) != 1)
        {
            throw new AirgapException(
                ErrorCode.SourceSelection,
                "Expected either --lock, --bundle (-b), --image (-i), or --tar as a source",
                "Give exactly one of them, or of --oci and --oci-tar.");
        }

        if (arguments.Map.Count > 0)
            arguments = OfMap(arguments);
        if (Given(arguments.ToTar, arguments.ToRepository, arguments.ToOci, arguments.ToOciTar) != 1)
            throw new AirgapException(
                ErrorCode.DestinationSelection, "Expected either --to-tar or --to-repo",
                "Give exactly one of them, or of --to-oci and --to-oci-tar.");
        if (arguments.References > 1 && !areSeveral)
        {
            throw arguments.ToTar is not null
                ? ArchiveFormats.OneRoot(arguments.References, string.Join(" and ", arguments.Bundles.Concat(arguments.Images).Take(2)))
                : new AirgapException(ErrorCode.SourceSelection, "Several bundles or images can only be copied to an OCI layout",
                    "Copy each to its own repository, or all with --to-oci-tar or --to-oci.");
        }

        if (Array.Find(s_rules, rule => rule.IsBroken(arguments)) is { } broken)
            throw new AirgapException(ErrorCode.IncompatibleOptions, broken.Message, broken.Advice);
        return arguments;
    }

    // Each mapped item goes to a repository, so the rules for a repository apply to all of them.
    private static CopyArguments OfMap(CopyArguments arguments)
    {
        if (Given(arguments.Tar, arguments.Oci, arguments.OciTar) == 0)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flag --map can only be used when copying from an archive",
                "Omit it, or name the archive with --tar, --oci-tar or --oci.");
        if (Given(arguments.ToRepository, arguments.ToTar, arguments.ToOci, arguments.ToOciTar) > 0)
            throw new AirgapException(
                ErrorCode.DestinationSelection, "Cannot use --map with another destination",
                "Omit the other: the map gives each item's destination, and items it does not name are not copied.");
        if (arguments.LockOutput is not null || !arguments.Selection.IsEmpty)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flags --lock-output, --package and --platform cannot be used with --map",
                "Copy that item in a separate run, without --map.");
        return arguments with { ToRepository = arguments.Map[0].Destination.ToString() };
    }

    private static int Given(params string?[] values) => values.Count(value => value is not null);

    private sealed record Rule(Func<CopyArguments, bool> IsBroken, string Message, string Advice);
}
