using System.CommandLine;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Commands;

/// <summary>
/// <c>package-repository build</c>: packs a folder of package definitions into a bundle, with its images, in a
/// repository or an archive.
/// </summary>
internal sealed class PackageRepositoryBuildCommand
{
    private readonly Argument<string> _folder = new("FOLDER")
    {
        Description = "Folder with packages/, and optionally .imgpkg/images.yml"
    };
    private readonly Option<string?> _toRepository =
        Flag.Text("--to-repo", "REPOSITORY", "Repository to push the bundle and its images to");
    private readonly Option<string?> _toTar = Flag.Text("--to-tar", "FILE", "Archive to write");
    private readonly Option<string[]> _images =
        Flag.List("--image", Flag.ReferenceName, "Image to pin, written as under packages/", "-i");
    private readonly Option<string?> _platform = Flag.Text("--platform", "OS/ARCH", "Pin each --image to this platform");
    private readonly Option<string?> _tag = Flag.Text("--tag", "TAG", "Tag of the bundle (default: latest)", "-t");
    private readonly Option<string?> _lockOutput =
        Flag.Text("--lock-output", "FILE", "Lock file to write for the bundle in the repository");
    private readonly Option<int> _concurrency = Flag.Number("--concurrency", "Number of blobs transferred at once", 8, 1);
    private readonly RegistryFlags _registry = new() { Creation = new() };

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "build",
            "Makes a package repository from a folder and pushes it, with its images, to a repository, or writes it to an archive. " +
            "Checks everything " +
            "before it pushes anything.",
            ("To an archive",
                "package-repository build simple-repository --image index.docker.io/user1/simple-app:v1.0.0 --tag v1.0.0 --to-tar " +
                "simple-repository.tar"),
            ("To a registry",
                "package-repository build simple-repository --tag v1.0.0 --to-repo final-registry.corp.com/apps/simple-repository " +
                "--lock-output bundle.lock.yml"));
        PackageRepositoryBuildCommand flags = new();
        command.Arguments.Add(flags._folder);
        foreach (Option option in new Option[] { flags._toRepository, flags._toTar, flags._images, flags._platform, flags._tag,
            flags._lockOutput, flags._concurrency })
            command.Options.Add(option);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        RelocationDestination destination = ReadDestination(parsed);
        if (destination is RelocationDestination.Archive { Path: var tar })
        {
            OutputCheck.OfArchive(tar);
            _registry.Creation!.RefuseWithoutPush(parsed, "an archive or layout");
        }

        FileFlags.Check(parsed);
        OutputCheck.OfFiles(parsed.GetText(_lockOutput));
        string folder = Path.GetFullPath(parsed.GetValue(_folder)!);
        session.Report.Source = parsed.GetValue(_folder);
        session.Report.Destination = destination.ToString();
        session.Phase = "validating";
        if (!Directory.Exists(folder))
        {
            throw new AirgapException(
                ErrorCode.FileNotFound,
                File.Exists(folder) ? $"'{parsed.GetValue(_folder)}' is a file: a package repository is built from a folder."
                : $"The folder '{parsed.GetValue(_folder)}' does not exist.",
                "Name a folder with Package manifests under packages/.");
        }

        ProduceRequest request = ReadRequest(parsed, folder);

        using RegistryClient registry = _registry.ConnectToPush(parsed, session);
        ProduceResult made = await new BundleProducer(registry).ProduceAsync(request, cancellationToken);
        using ProducedBundle? bundle = made.Bundle;
        foreach (Diagnostic warning in made.Warnings)
            session.Warn(warning);
        foreach (Diagnostic problem in made.Problems)
            session.Fail(problem);
        if (bundle is null)
            return 1;

        TransferResult result = await TransferAsync(parsed, bundle, destination, session, registry, cancellationToken);
        foreach (Diagnostic warning in result.Warnings)
            session.Warn(warning);
        CopyResultText.Fill(session.Report, result);
        // The bundle's internal name belongs to no registry, and is not shown.
        string given = parsed.GetValue(_folder)!;
        string nowhere = bundle.Reference.Repository.ToString();
        session.Report.Source = given;
        session.Report.Items = [
            .. session.Report.Items!.Select(
                item => item.Source.StartsWith(nowhere + "@", StringComparison.Ordinal) ? item with { Source = given } : item)];
        if (destination is RelocationDestination.Archive { Path: var archive })
            session.Report.Files = [new ReportFile(archive, "archive")];
        if (parsed.GetText(_lockOutput) is { } lockOutput)
        {
            await AtomicFile.WriteAsync(
                lockOutput, Encoding.UTF8.GetBytes(LockOutput.Create(result)), AtomicFile.OwnerOnly, cancellationToken);
            session.Report.Files = [new ReportFile(lockOutput, "lock")];
        }

        foreach (string line in CopyResultText.Lines(result))
            session.WriteResult(line.Replace(bundle.Reference.ToString(), given, StringComparison.Ordinal));
        session.WriteResult(
            $"{CountText.Count(bundle.Files, "file")} packed, {CountText.Count(bundle.Images.Images.Length, "image")} pinned: " +
            $"{bundle.Digest}");
        return 0;
    }

    private async Task<TransferResult> TransferAsync(
        ParseResult parsed, ProducedBundle bundle, RelocationDestination destination, Session session, RegistryClient registry,
        CancellationToken cancellationToken)
    {
        int concurrency = parsed.GetValue(_concurrency);
        bool toArchive = destination is RelocationDestination.Archive;
        using ConsoleObserver observer = new(session, toArchive, likeImgpkg: false);
        using IDisposable? announced =
            await DestinationLock.OfUser(Timeout.InfiniteTimeSpan).EnterAsync(destination, observer, cancellationToken);
        Relocator relocator = new(bundle.Over(registry), observer);
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Bundle(bundle.Reference),
            new PlanOptions
            {
                EmbedConfigs = toArchive,
                Destination = (destination as RelocationDestination.Repository)?.Name,
                Concurrency = concurrency
            },
            cancellationToken);
        // The folder's check has already reported its templates.
        foreach (Diagnostic warning in (plan.RootBundle?.PackageWarnings ?? [])
            .Where(warning => warning.Code != ErrorCode.TemplateRendersLock))
            session.Warn(warning);
        return await relocator.RunAsync(plan, destination, new TransferOptions { Concurrency = concurrency }, cancellationToken);
    }

    private RelocationDestination ReadDestination(ParseResult parsed)
    {
        string? repository = parsed.GetText(_toRepository);
        string? tar = parsed.GetText(_toTar);
        if ((repository is null) == (tar is null))
            throw new AirgapException(ErrorCode.DestinationSelection, "Expected either --to-repo or --to-tar", "Give exactly one of them.");
        if (tar is not null && parsed.GetText(_lockOutput) is not null)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Cannot output lock file with tar destination",
                "Write the lock file when the archive is imported.");
        return tar is not null ? new RelocationDestination.Archive(tar)
            : new RelocationDestination.Repository(RepositoryName.Parse(repository!));
    }

    private ProduceRequest ReadRequest(ParseResult parsed, string folder)
    {
        string tag = parsed.GetText(_tag) ?? ImageReference.DefaultTag;
        if (!ImageReference.IsTag(tag))
            throw new AirgapException(
                ErrorCode.InvalidArgument, $"'{tag}' is not a tag",
                "Write --tag with letters, digits, '_', '.' and '-', 128 characters at most.");
        return new ProduceRequest
        {
            Root = folder,
            Files = [.. ContentFolder.List(folder)],
            Images = [.. (parsed.GetValue(_images) ?? []).Select(image => new ImageToPin(image) { Platform = parsed.GetText(_platform) })],
            // The bundle's name, and thus its digest, does not depend on the destination.
            Repository = ProduceRequest.NameNowhere(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))),
            Tag = tag,
            RequirePackages = true,
            Concurrency = parsed.GetValue(_concurrency),
        };
    }
}
