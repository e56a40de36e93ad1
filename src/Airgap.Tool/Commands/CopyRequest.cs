using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.Commands;

/// <summary>A checked request of <c>copy</c>.</summary>
/// <param name="Source">The source.</param>
/// <param name="Destination">The destination.</param>
/// <param name="LockOutput">A lock file to write, or null.</param>
internal sealed record CopyRequest(RelocationSource Source, RelocationDestination Destination, string? LockOutput)
{
    /// <summary>The artifacts to relocate too.</summary>
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
        arguments = CopyRules.Check(arguments);
        CopyTemplate? template = CopyTemplate.Read(arguments);
        return new CopyRequest(SourceOf(arguments), template?.Shown ?? DestinationOf(arguments), arguments.LockOutput)
        {
            Artifacts = ArtifactsOf(arguments),
            Selection = arguments.Selection,
            Template = template
        };
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
            .. arguments.Lock is { } file ? [new RelocationSource.Lock(file)] : Array.Empty<RelocationSource>(),
        ];
        return named switch
        {
            [var only] => only,
            [_, ..] => new RelocationSource.Several([.. named]),
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
}
