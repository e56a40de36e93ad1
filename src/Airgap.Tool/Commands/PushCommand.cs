using System.CommandLine;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Publishing;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Reporting;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pushing;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Commands;

/// <summary><c>push</c>: packs files and folders into a bundle or image.</summary>
internal sealed class PushCommand
{
    private readonly Option<string?> _bundle = Flag.Text("--bundle", Flag.ReferenceName, "Bundle to push to", "-b");
    private readonly Option<string?> _image = Flag.Text("--image", Flag.ReferenceName, "Image to push to", "-i");
    private readonly Option<string[]> _files = Flag.List("--file", "PATH", "File or folder to pack", "-f");
    private readonly Option<string[]> _exclusions = Flag.List(
        "--file-exclusion", "PATH", "Path to exclude, relative to each folder (replaces the default, .git)");

    private readonly Option<string[]> _excludeDefaults = Flag.List("--file-exclude-defaults", "PATH", "Former name of --file-exclusion");
    private readonly Option<bool> _preserve = Flag.Switch("--preserve-permissions", "Keep the permissions of group and others");
    private readonly Option<string[]> _labels = Flag.Repeated("--labels", "KEY=VALUE", "Label of the image", "-l");
    private readonly Option<string?> _lockOutput = Flag.Text("--lock-output", "FILE", "Lock file to write for the bundle");
    private readonly Option<string?> _toTar =
        Flag.Text("--to-tar", "FILE", "Archive to write instead of pushing. Contacts no registry");
    private readonly Option<string?> _toOciTar =
        Flag.Text("--to-oci-tar", "FILE", "OCI image layout to write in a tar instead of pushing. Contacts no registry");
    private readonly Option<string?> _volumeSize =
        Flag.Text("--volume-size", "SIZE", "Write the archive in parts of at most this size, such as 4.7GB");
    private readonly RegistryFlags _registry = new() { Creation = new(), ReadsSources = false };

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "push",
            "Packs files and folders into a bundle or image and pushes it to a registry. The same files give the same digest on every " +
            "machine.",
            ("A bundle", "push -b registry.corp.com/apps/simple-app-bundle:v1.0.0 -f simple-app-bundle --lock-output bundle.lock.yml"),
            ("A bundle to an archive, without a registry",
                "push -b registry.corp.com/apps/simple-app-bundle:v1.0.0 -f simple-app-bundle --to-tar simple-app-bundle.tar"),
            ("An image from two folders", "push -i registry.corp.com/apps/config:v1.0.0 -f config -f defaults"));
        PushCommand flags = new();
        flags._excludeDefaults.Hidden = true;
        foreach (Option option in new Option[]
        {
            flags._bundle, flags._image, flags._files, flags._exclusions, flags._excludeDefaults, flags._preserve, flags._labels,
                flags._lockOutput, flags._toTar, flags._toOciTar, flags._volumeSize,
        })
        {
            command.Options.Add(option);
        }

        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        PushRequest request = Read(parsed);
        string? lockOutput = parsed.GetText(_lockOutput);
        if (lockOutput is not null && !request.IsBundle)
        {
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Lock output is not compatible with image, use bundle for lock output",
                "Omit --lock-output, or push with -b.");
        }

        FileFlags.Check(parsed);
        if (ArchiveOf(parsed) is { } archive)
            return await PackAsync(parsed, request, archive, lockOutput, session, cancellationToken);
        OutputCheck.OfFiles(lockOutput);
        session.Report.Source = string.Join(", ", request.Inputs);
        session.Report.Destination = request.Destination.ToString();
        session.Phase = "packing";
        PushResult result;
        using (RegistryClient registry = _registry.ConnectToPush(parsed, session))
        using (VerbObserver observer = new(session))
        using (await DestinationLock.OfUser(Timeout.InfiniteTimeSpan)
            .EnterAsync(new RelocationDestination.Repository(request.Destination.Repository), observer, cancellationToken))
            result = await new Pusher(registry, observer).PushAsync(request, cancellationToken);
        if (lockOutput is not null)
        {
            await AtomicFile.WriteAsync(lockOutput, Encoding.UTF8.GetBytes(result.Lock!.ToYaml()), AtomicFile.OwnerOnly, cancellationToken);
            session.Report.Files = [new ReportFile(lockOutput, "lock")];
        }

        Show(result, session);
        return 0;
    }

    private RelocationDestination.Archive? ArchiveOf(ParseResult parsed)
    {
        long? volumeSize = SizeText.Parse("--volume-size", parsed.GetText(_volumeSize));
        return (parsed.GetText(_toTar), parsed.GetText(_toOciTar)) switch
        {
            (null, null) => volumeSize is null ? null : throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flag --volume-size can only be used with --to-tar or --to-oci-tar",
                "Omit it: only an archive is written in parts."),
            ({ } tar, null) => new RelocationDestination.Archive(tar) { VolumeSize = volumeSize },
            (null, { } tar) => new RelocationDestination.Archive(tar) { Format = ArchiveFormat.LayoutTar, VolumeSize = volumeSize },
            _ => throw new AirgapException(
                ErrorCode.DestinationSelection, "Expected only one of --to-tar and --to-oci-tar", "Give one of them."),
        };
    }

    private async Task<int> PackAsync(
        ParseResult parsed, PushRequest request, RelocationDestination.Archive archive, string? lockOutput, Session session,
        CancellationToken cancellationToken)
    {
        if (lockOutput is not null)
        {
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Cannot output lock file with tar destination",
                "Use --lock-output when you copy the archive to its repository: its location is known only then.");
        }

        OutputCheck.OfArchive(archive.Path);
        _registry.Creation!.RefuseWithoutPush(parsed, "an archive or layout");
        session.Report.Source = string.Join(", ", request.Inputs);
        session.Report.Destination = archive.Path;
        session.Phase = "packing";
        using RegistryClient registry = _registry.ConnectToPush(parsed, session);
        using VerbObserver observer = new(session);
        using PackedArchive packed = await new Pusher(registry, observer).PackAsync(request, cancellationToken);
        TransferResult result = await new Relocator(registry).RunAsync(packed.Plan, archive, new TransferOptions(), cancellationToken);
        foreach (Diagnostic warning in result.Warnings)
            session.Warn(warning);
        CopyResultText.Fill(session.Report, result);
        session.WriteResult(archive.Path);
        session.WriteResult(
            $"{CountText.Count(packed.Files, "file")} packed as {result.Root!.Item.Source}, in {TimeText.Format(result.Elapsed)}");
        session.WriteLine("Succeeded");
        return 0;
    }

    private PushRequest Read(ParseResult parsed)
    {
        string? bundle = parsed.GetText(_bundle);
        string? image = parsed.GetText(_image);
        if (bundle is not null && image is not null)
            throw new AirgapException(
                ErrorCode.DestinationSelection, "Expected only one of image or bundle", "Give either --bundle (-b) or --image (-i).");
        string destination = bundle ?? image
            ?? throw new AirgapException(
                ErrorCode.DestinationSelection, "Expected either image or bundle", "Give the destination: --bundle (-b) or --image (-i).");
        IReadOnlyList<string>? exclusions = ExclusionList.Of(parsed, _exclusions, _excludeDefaults);
        LayerOptions layer = new() { PreservePermissions = parsed.GetValue(_preserve) };
        return new PushRequest
        {
            Inputs = [.. parsed.GetValue(_files) ?? []],
            Destination = References.Parse(destination),
            IsBundle = bundle is not null,
            Labels = LabelList.Read(parsed.GetValue(_labels) ?? []),
            Layer = exclusions is not null ? layer with { Exclusions = [.. exclusions] } : layer,
        };
    }

    private static void Show(PushResult result, Session session)
    {
        long size = result.Blobs.Sum(blob => blob.Descriptor.Size);
        session.Report.Reference = result.Reference.ToString();
        session.Report.ElapsedSeconds = Math.Round(result.Elapsed.TotalSeconds, 3);
        session.Report.Items =
        [
            new ReportImage(
                session.Report.Source!,
                result.Reference.ToString(),
                result.Manifest.Digest.ToString(),
                result.Manifest.MediaType,
                size + result.Manifest.Descriptor.Size,
                result.Blobs.All(blob => blob.Outcome == BlobOutcome.Present) ? "present" : "copied",
                result.IsBundle ? "bundle" : "image",
                result.Tags),
        ];
        session.WriteResult(result.Reference.ToString());
        session.WriteResult(
            $"{CountText.Count(result.Files, "file")} packed to {ByteSize.Format(size)}, in {TimeText.Format(result.Elapsed)}");
        session.WriteLine($"Pushed '{result.Reference}'");
        session.WriteLine("Succeeded");
    }
}
