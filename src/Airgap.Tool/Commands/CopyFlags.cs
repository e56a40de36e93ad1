using System.Collections.Immutable;
using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Declarations;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Commands;

/// <summary>The flags of <c>copy</c> for the source, the destination and how to copy.</summary>
internal sealed class CopyFlags
{
    /// <summary>The highest concurrency when it adapts, that is, when it is not set.</summary>
    private const int MostUnlessTold = 16;

    private readonly Option<string[]> _bundle =
        Flag.Repeated("--bundle", Flag.ReferenceName,
            "Bundle to copy, with every image it pins; repeat it to copy several to one OCI layout", "-b");
    private readonly Option<string[]> _image =
        Flag.Repeated("--image", Flag.ReferenceName, "Image or index to copy; repeat it to copy several to one OCI layout", "-i");
    private readonly Option<string?> _lock = Flag.Text("--lock", "FILE", "BundleLock or ImagesLock file whose images to copy");
    private readonly Option<string[]> _tar =
        Flag.Repeated("--tar", "FILE", "Archive to copy from; repeat it for the archives of a chain of deltas, in any order");
    private readonly Option<string?> _oci = Flag.Text("--oci", "FOLDER", "OCI image layout to copy from");
    private readonly Option<string?> _ociTar = Flag.Text("--oci-tar", "FILE", "OCI image layout in a tar to copy from");
    private readonly PartsInFlag _partsIn = new();
    private readonly Option<string?> _toRepository = Flag.Text("--to-repo", "REPOSITORY", "Repository to copy to");
    private readonly Option<string?> _template = Flag.Text(
        "--repo-template", "TEMPLATE",
        "Template for each image's repository, made from its source, such as {registry}/{prefix}/{source.repository}; --to-repo is then " +
        "HOST[/PREFIX]");

    private readonly Option<string?> _toTar = Flag.Text("--to-tar", "FILE", "Archive to write");
    private readonly Option<string?> _toOci = Flag.Text("--to-oci", "FOLDER", "OCI image layout to write or add to");
    private readonly Option<string?> _toOciTar = Flag.Text("--to-oci-tar", "FILE", "OCI image layout to write in a tar");
    private readonly Option<string[]> _map = Flag.Repeated(
        "--map", "SOURCE=REPOSITORY",
        "Copy this item of the archive, with everything that belongs to it, to this repository; items without --map are not copied");
    private readonly Option<string?> _mapFile = Flag.Text("--map-file", "FILE", "File with a line SOURCE=REPOSITORY for each item to copy");
    private readonly Option<string?> _volumeSize =
        Flag.Text("--volume-size", "SIZE", "Write the archive in parts of at most this size, such as 4.7GB");
    private readonly Option<string?> _lockOutput =
        Flag.Text("--lock-output", "FILE", "Lock file to write for the copy in the repository");
    private readonly Option<bool> _resume = Flag.Switch("--resume", "Resume an archive that an earlier run left unfinished");
    private readonly Option<bool> _keepGoing = Flag.Switch("--keep-going", "Copy the other images when one fails");
    private readonly Option<bool> _repair =
        Flag.Switch("--repair", "Read everything in the repository, and send again what is missing or damaged");
    private readonly Option<bool> _askInBulk = Flag.Switch(
        "--ask-in-bulk",
        "Check for 200 manifests or layers at once, by pushing manifests that the repository must refuse, which names missing content");

    private readonly Option<string?> _earlierPlan = Flag.Text(
        "--earlier-plan", "FILE", "Plan that --plan-out wrote before: manifests in it are not fetched again");

    private readonly Option<int> _concurrency = Flag.Number("--concurrency", "Number of blobs transferred at once", 8, 1);
    private readonly Option<bool> _nonDistributable = Flag.Switch(
        "--include-non-distributable-layers", "Also copy layers that are marked as non-distributable");

    private readonly Option<bool> _repositoryTags = Flag.Switch("--repo-based-tags", "Tag images by the repository they come from");
    private readonly Option<bool> _ignoreBundleCheck = Flag.Switch(
        "--ignore-bundle-check", "With -i, copy a bundle as a plain image, without the images it pins");

    private readonly Option<bool> _cosign = Flag.Switch("--cosign-signatures", "Also copy cosign signatures");
    private readonly Option<string?> _artifacts = Flag.OptionalText(
        "--artifacts", string.Join('|', ArtifactChoices.Words),
        "Also copy what is attached to images and index children: cosign's .sig, .att and .sbom tags and OCI referrers, or " +
        "only signatures", "all");

    private readonly Option<string?> _report = Flag.Text("--report", "FILE", "HTML report of the copy to write: one self-contained file");
    private readonly Option<string?> _summary = Flag.Text(
        "--summary", "FILE",
        "Markdown report of the copy to write; 'none' for none (default: the job summary of GitHub Actions or Azure Pipelines, if one of " +
        "them runs this)");

    private readonly SelectionFlags _selection = new();

    /// <summary>The flags about deltas and the receipt.</summary>
    public CopyDeltaFlags Delta { get; } = new();

    /// <summary>The flags, in the order of the help.</summary>
    public IEnumerable<Option> All =>
    [
        _bundle, _image, _lock, _tar, _oci, _ociTar, _partsIn.Option, _toRepository, _template, _map, _mapFile, _toTar, _toOci, _toOciTar,
        _volumeSize, _lockOutput, _resume,
        _keepGoing, _repair, _askInBulk, _earlierPlan, _concurrency, _nonDistributable, _repositoryTags, _ignoreBundleCheck, _cosign,
        _artifacts, _report, _summary,
        .. _selection.All, .. Delta.All,
    ];

    /// <summary><c>--map</c> and <c>--map-file</c>.</summary>
    public IReadOnlyList<ArchiveMapEntry> Map(ParseResult parsed) => ArchiveMap.Read(parsed.GetValue(_map) ?? [], parsed.GetText(_mapFile));

    /// <summary><c>--keep-going</c>.</summary>
    public bool KeepsGoing(ParseResult parsed) => parsed.GetValue(_keepGoing);

    /// <summary>The flags that name what is copied.</summary>
    public IEnumerable<Option> Sources => [_bundle, _image, _lock, _tar, _oci, _ociTar];

    /// <summary>True if the command line names what is copied.</summary>
    public bool HasSource(ParseResult parsed) => Sources.Any(option => parsed.GetResult(option) is { Implicit: false });

    /// <summary><c>--concurrency</c>.</summary>
    public int Concurrency(ParseResult parsed) => parsed.GetValue(_concurrency);

    /// <summary><c>--lock-output</c>.</summary>
    public string? LockOutput(ParseResult parsed) => parsed.GetText(_lockOutput);

    /// <summary><c>--report</c>.</summary>
    public string? Report(ParseResult parsed) => parsed.GetText(_report);

    /// <summary><c>--summary</c>.</summary>
    public string? Summary(ParseResult parsed) => parsed.GetText(_summary);

    /// <summary>The source and the destination.</summary>
    /// <exception cref="AirgapException">2xxx: flags that contradict one another, or a value that cannot be read.</exception>
    public CopyRequest Read(ParseResult parsed, IReadOnlyList<ArchiveMapEntry> map, Session session)
    {
        CopyRequest request = CopyRequest.Create(new CopyArguments
        {
            Bundles = Given(_bundle),
            Images = Given(_image),
            Lock = parsed.GetText(_lock),
            Tars = Given(_tar),
            Oci = parsed.GetText(_oci),
            OciTar = parsed.GetText(_ociTar),
            ToOci = parsed.GetText(_toOci),
            ToOciTar = parsed.GetText(_toOciTar),
            VolumeSize = SizeText.Parse("--volume-size", parsed.GetText(_volumeSize)),
            ToRepository = parsed.GetText(_toRepository),
            Template = parsed.GetText(_template),
            ToTar = parsed.GetText(_toTar),
            Map = map,
            LockOutput = parsed.GetText(_lockOutput),
            Resume = parsed.GetValue(_resume),
            Repair = parsed.GetValue(_repair),
            AskInBulk = parsed.GetValue(_askInBulk),
            EarlierPlan = parsed.GetText(_earlierPlan),
            IgnoreBundleCheck = parsed.GetValue(_ignoreBundleCheck),
            Artifacts = parsed.GetText(_artifacts),
            CosignSignatures = parsed.GetValue(_cosign),
            Selection = _selection.Read(parsed),
        });
        if (!request.Selection.IsEmpty && request.Source is not (RelocationSource.Bundle or RelocationSource.Archive))
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flags --package and --platform can only be used with --bundle (-b) or --tar",
                "Packages and platforms can only be selected from a bundle.");
        if (request.Source is RelocationSource.Archive archive)
            return request with { Source = _partsIn.Of(parsed, archive.Path) with { Chain = archive.Chain } };
        _partsIn.CheckUnused(parsed);
        return request;

        // As in imgpkg, the last value counts.
        string[] Given(Option<string[]> option)
        {
            string[] given = [.. (parsed.GetValue(option) ?? []).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal)];
            return session.Identity.IsImgpkg ? given[^Math.Min(1, given.Length)..] : given;
        }
    }

    /// <summary>The options for planning.</summary>
    public PlanOptions PlanOptions(ParseResult parsed, CopyRequest request, Session session) => new PlanOptions
    {
        IncludeNonDistributableLayers = parsed.GetValue(_nonDistributable),
        CosignSignatures = parsed.GetValue(_cosign),
        IgnoreBundleCheck = parsed.GetValue(_ignoreBundleCheck),
        KeepGoing = parsed.GetValue(_keepGoing),
        EmbedConfigs = request.Destination is RelocationDestination.Archive { EmbedsConfigs: true },
        // A repair reads the content from the source again.
        Destination = parsed.GetValue(_repair) || request.Template is not null
        ? null : (request.Destination as RelocationDestination.Repository)?.Name,
        EarlierArchive = parsed.GetValue(_resume) ? (request.Destination as RelocationDestination.Archive)?.Path : null,
        Bases = Delta.Bases(parsed, request),
        Concurrency = parsed.GetValue(_concurrency),
    }.Carrying(request.Artifacts) with
    // imgpkg neither looks for artifacts that were not requested nor reports them.
    { TellsLeftBehind = !session.Identity.IsImgpkg };

    /// <summary>The relocations of <c>--earlier-plan</c>; empty without it.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRunPlan"/>, or 3xxx: the file.</exception>
    public ImmutableArray<TransferPlan> EarlierPlans(ParseResult parsed, IRegistry registry) => parsed.GetText(_earlierPlan) is { } path
        ? RunPlanReader.ReadAll(path, registry) : [];

    /// <summary>The options for the transfer.</summary>
    public TransferOptions TransferOptions(ParseResult parsed) => new()
    {
        Concurrency = parsed.GetValue(_concurrency),
        KeepGoing = parsed.GetValue(_keepGoing),
        MostConcurrency = parsed.GetResult(_concurrency) is { Implicit: false } ? parsed.GetValue(_concurrency) : MostUnlessTold,
        RepositoryBasedTags = parsed.GetValue(_repositoryTags),
        Resume = parsed.GetValue(_resume),
        Repair = parsed.GetValue(_repair),
        AsksInBulk = parsed.GetValue(_askInBulk),
        MountFrom = Delta.MountFrom(parsed),
    };
}
