using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.Commands;

/// <summary>The values of <c>copy</c>'s own flags, as typed; null for what was not given.</summary>
internal sealed record CopyArguments
{
    /// <summary><c>-b</c>.</summary>
    public IReadOnlyList<string> Bundles { get; init; } = [];

    /// <summary><c>-i</c>.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary><c>--lock</c>.</summary>
    public string? Lock { get; init; }

    /// <summary><c>--tar</c>.</summary>
    public IReadOnlyList<string> Tars { get; init; } = [];

    /// <summary><c>--oci</c>.</summary>
    public string? Oci { get; init; }

    /// <summary><c>--oci-tar</c>.</summary>
    public string? OciTar { get; init; }

    /// <summary><c>--to-oci</c>.</summary>
    public string? ToOci { get; init; }

    /// <summary><c>--to-oci-tar</c>.</summary>
    public string? ToOciTar { get; init; }

    /// <summary><c>--to-repo</c>.</summary>
    public string? ToRepository { get; init; }

    /// <summary><c>--repo-template</c>.</summary>
    public string? Template { get; init; }

    /// <summary><c>--to-tar</c>.</summary>
    public string? ToTar { get; init; }

    /// <summary>The first of <see cref="Tars"/>; null for none.</summary>
    public string? Tar => Tars.Count > 0 ? Tars[0] : null;

    /// <summary>The number of bundles and images named.</summary>
    public int References => Bundles.Count + Images.Count;

    /// <summary>True for an OCI layout as the destination.</summary>
    public bool ToLayout => ToOci is not null || ToOciTar is not null;

    /// <summary><c>--volume-size</c>, in bytes.</summary>
    public long? VolumeSize { get; init; }

    /// <summary><c>--map</c> and <c>--map-file</c>.</summary>
    public IReadOnlyList<ArchiveMapEntry> Map { get; init; } = [];

    /// <summary><c>--lock-output</c>.</summary>
    public string? LockOutput { get; init; }

    /// <summary><c>--resume</c>.</summary>
    public bool Resume { get; init; }

    /// <summary><c>--repair</c>.</summary>
    public bool Repair { get; init; }

    /// <summary><c>--ignore-bundle-check</c>.</summary>
    public bool IgnoreBundleCheck { get; init; }

    /// <summary><c>--artifacts</c>.</summary>
    public string? Artifacts { get; init; }

    /// <summary><c>--cosign-signatures</c>.</summary>
    public bool CosignSignatures { get; init; }

    /// <summary>The packages and platforms to copy.</summary>
    public BundleSelection Selection { get; init; } = new();
}

/// <summary>What <c>copy</c> is to do, checked.</summary>
/// <param name="Source">The source.</param>
/// <param name="Destination">The destination.</param>
/// <param name="LockOutput">A lock file to write, or null.</param>
internal sealed record CopyRequest(RelocationSource Source, RelocationDestination Destination, string? LockOutput)
{
    /// <summary>Which artifacts go along.</summary>
    public ArtifactChoice Artifacts { get; init; }

    /// <summary>The packages and platforms to copy.</summary>
    public BundleSelection Selection { get; init; } = new();

    /// <summary>The template for each image's repository; null to use one repository.</summary>
    public CopyTemplate? Template { get; init; }

    /// <summary>Checks the flags together, in imgpkg's order and with its messages.</summary>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.SourceSelection"/>, <see cref="ErrorCode.DestinationSelection"/>, <see cref="ErrorCode.IncompatibleOptions"/>,
    /// <see cref="ErrorCode.InvalidReference"/>, <see cref="ErrorCode.InvalidRepository"/>.
    /// </exception>
    public static CopyRequest Create(CopyArguments arguments)
    {
        bool areSeveral = arguments.References > 1 && arguments.ToLayout;
        string? bundle = arguments.Bundles.Count > 0 ? arguments.Bundles[0] : null;
        string? image = arguments.Images.Count > 0 && !(areSeveral && bundle is not null) ? arguments.Images[0] : null;
        if (Given(bundle, image, arguments.Lock, arguments.Tar, arguments.Oci, arguments.OciTar) != 1)
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

        if (arguments is { ToTar: not null, Tar: not null, Selection.IsEmpty: true })
        {
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Cannot use tar source (--tar) with tar destination (--to-tar)",
                "Copy the archive file itself.");
        }

        if (arguments is { ToRepository: null, LockOutput: not null })
        {
            throw new AirgapException(
                ErrorCode.IncompatibleOptions,
                "Cannot output lock file with tar destination",
                "Use --lock-output when you copy the archive to its repository: its location is known only then.");
        }

        if (arguments is { ToTar: null, ToOci: null, ToOciTar: null, Resume: true })
        {
            throw new AirgapException(
                ErrorCode.IncompatibleOptions,
                "Flag --resume can only be used when copying to tar",
                "Omit it: a copy to a repository never sends existing content again.");
        }

        if (arguments is { ToRepository: null, Repair: true })
        {
            throw new AirgapException(
                ErrorCode.IncompatibleOptions,
                "Flag --repair can only be used when copying to a repository",
                "Omit it: an archive is always written in full, and --resume keeps only content that it has verified.");
        }

        if (arguments is { VolumeSize: not null, ToTar: null, ToOciTar: null })
        {
            throw new AirgapException(
                ErrorCode.IncompatibleOptions,
                "Flag --volume-size can only be used with --to-tar or --to-oci-tar",
                "Omit it: only an archive is written in parts.");
        }

        if (arguments is { IgnoreBundleCheck: true, Images: [], Tar: null, Oci: null, OciTar: null })
        {
            throw new AirgapException(
                ErrorCode.IncompatibleOptions,
                "Flag --ignore-bundle-check can only be used with --image (-i) or --tar",
                "Omit it to copy the bundle with its images, or name the bundle with -i to copy it alone.");
        }

        if (CopyTemplate.Read(arguments) is { } template)
            return new CopyRequest(SourceOf(arguments), template.Shown, arguments.LockOutput)
            {
                Artifacts = ArtifactsOf(arguments),
                Selection = arguments.Selection,
                Template = template
            };
        return new CopyRequest(SourceOf(arguments), DestinationOf(arguments), arguments.LockOutput)
        {
            Artifacts = ArtifactsOf(arguments),
            Selection = arguments.Selection
        };
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
                "Copy that item in a run of its own, without --map.");
        return arguments with { ToRepository = arguments.Map[0].Destination.ToString() };
    }

    private static ArtifactChoice ArtifactsOf(CopyArguments arguments)
    {
        ArtifactChoice choice = ArtifactChoice.None;
        if (arguments.Artifacts is { } word && !ArtifactChoices.TryParse(word, out choice))
            throw new AirgapException(
                ErrorCode.InvalidArgument, $"'{word}' is not a value of --artifacts: it takes all, signatures or none.",
                "Write one of them; --artifacts alone means all.");
        return choice == ArtifactChoice.None && arguments is { Artifacts: not null, CosignSignatures: true }
            ? throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Cannot use --cosign-signatures with --artifacts none", "Omit one of them.")
            : choice;
    }

    private static RelocationSource SourceOf(CopyArguments arguments)
    {
        RelocationSource[] named =
        [
            .. arguments.Bundles.Select(bundle => new RelocationSource.Bundle(References.Parse(bundle))),
            .. arguments.Images.Select(image => new RelocationSource.Image(References.Parse(image))),
        ];
        return (named, arguments.Lock) switch
        {
            ([var only], _) => only,
            ([_, ..], _) => new RelocationSource.Several([.. named]),
            (_, { } file) => new RelocationSource.Lock(file),
            _ => new RelocationSource.Archive((arguments.Tar ?? arguments.Oci ?? arguments.OciTar)!)
            {
                Chain = [.. arguments.Tars.Skip(1)]
            },
        };
    }

    private static RelocationDestination DestinationOf(CopyArguments arguments) => arguments switch
    {
        { ToTar: { } tar } => new RelocationDestination.Archive(tar) { VolumeSize = arguments.VolumeSize },
        { ToOci: { } folder } => new RelocationDestination.Archive(folder) { Format = ArchiveFormat.LayoutFolder },
        { ToOciTar: { } tar } => new RelocationDestination.Archive(tar)
        {
            Format = ArchiveFormat.LayoutTar,
            VolumeSize = arguments.VolumeSize
        },
        _ => new RelocationDestination.Repository(RepositoryName.Parse(arguments.ToRepository!)),
    };

    private static int Given(params string?[] values) => values.Count(value => value is not null);
}
