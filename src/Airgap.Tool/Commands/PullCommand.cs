using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Trusting;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling;

namespace Airgap.Tool.Commands;

/// <summary><c>pull</c>: unpacks a bundle or image into a folder.</summary>
internal sealed class PullCommand
{
    private readonly Option<string?> _bundle = Flag.Text("--bundle", Flag.ReferenceName, "Bundle to pull", "-b");
    private readonly Option<string?> _image = Flag.Text("--image", Flag.ReferenceName, "Image to pull", "-i");
    private readonly Option<string?> _lock = Flag.Text("--lock", "FILE", "BundleLock file whose bundle to pull");
    private readonly Option<string[]> _tar = Flag.Repeated(
        "--tar", "FILE", "Archive to pull from; repeat it for a chain of deltas; with it, -b or -i selects one of its images");
    private readonly LayoutFlags _layout = new();
    private readonly PartsInFlag _parts = new();
    private readonly Option<string?> _output =
        Flag.Text("--output", "FOLDER", "Folder to write to: new, empty, or filled by an earlier pull", "-o");
    private readonly Option<bool> _recursive = Flag.Switch("--recursive", "Also pull the bundles that the bundle pins", false, "-r");
    private readonly Option<bool> _bundleCheck =
        Flag.Switch("--image-is-bundle-check", "Refuse a bundle given with -i", byDefault: true);
    private readonly Option<bool> _force = Flag.Switch("--force", "Replace the folder regardless of its content");
    private readonly TrustFlags _trust = new();
    private readonly RegistryFlags _registry = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "pull",
            "Unpacks a bundle or image into a folder. The folder is replaced after everything is unpacked, and only if it contains " +
            "nothing but an earlier pull.",
            ("A bundle", "pull -b registry.corp.com/apps/simple-app-bundle:v1.0.0 -o simple-app-bundle"),
            ("With the bundles it pins", "pull -r -b registry.corp.com/apps/simple-app-bundle:v1.0.0 -o simple-app-bundle"),
            ("From an archive", "pull --tar simple-app-bundle.tar -o simple-app-bundle"));
        PullCommand flags = new();
        foreach (Option option in new Option[]
        {
            flags._bundle, flags._image, flags._lock, flags._tar, flags._layout.Folder, flags._layout.Tar, flags._parts.Option,
                flags._output, flags._recursive, flags._bundleCheck, flags._force,
        })
        {
            command.Options.Add(option);
        }

        flags._trust.AddTo(command);
        flags._registry.AddTo(command);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        PullRequest request = Read(parsed);
        FileFlags.Check(parsed);
        session.Report.Source = request.Source.ToString();
        session.Report.Destination = request.Output;
        session.Phase = "planning";
        TrustRule? rule = _trust.Read(parsed);
        PullResult result;
        using (RegistryClient registry = _registry.Connect(parsed, session))
        using (VerbObserver observer = new(session))
        {
            PullTrust? trust = rule is null ? null : await PullTrust.CreateAsync(
                rule, request, registry, session.Warn, cancellationToken);
            result = await new Puller(registry, observer).PullAsync(
                request with { Admit = trust is null ? null : trust.AdmitAsync }, cancellationToken);
            session.Report.Signatures = trust?.Images;
        }

        Show(result, request.Output, session);
        return 0;
    }

    private PullRequest Read(ParseResult parsed)
    {
        string? bundle = parsed.GetText(_bundle);
        string? image = parsed.GetText(_image);
        string? file = parsed.GetText(_lock);
        RelocationSource.Archive? tar = _layout.Choose(parsed, _tar, _parts);
        int given = new[] { bundle, image, file }.Count(value => value is not null);
        if (given > 1 || (tar is not null && file is not null))
            throw new AirgapException(
                ErrorCode.SourceSelection, "Expected only one of image, bundle, or lock",
                "Give exactly one of --bundle (-b), --image (-i), --lock, --tar, --oci or --oci-tar.");
        if (given == 0 && tar is null)
            throw new AirgapException(
                ErrorCode.SourceSelection, "Expected either image, bundle, or lock",
                "Give one of --bundle (-b), --image (-i), --lock, --tar, --oci or --oci-tar.");
        if (bundle is not null && !parsed.GetValue(_bundleCheck))
        {
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Cannot set --image-is-bundle-check while using -b flag",
                "Omit it: with -b it must be a bundle.");
        }

        if (tar is null)
            _parts.CheckUnused(parsed);
        ImageReference? reference = (bundle ?? image) is { } text ? References.Parse(text) : null;
        return new PullRequest
        {
            Source = tar is not null ? tar
                : file is not null ? new RelocationSource.Lock(file)
                : bundle is not null ? new RelocationSource.Bundle(reference!)
                : new RelocationSource.Image(reference!),
            ArchiveItem = tar is null ? null : reference,
            Output = parsed.GetText(_output) ?? "",
            Recursive = parsed.GetValue(_recursive),
            ImageIsBundleCheck = parsed.GetValue(_bundleCheck),
            Force = parsed.GetValue(_force),
        };
    }

    private static void Show(PullResult result, string output, Session session)
    {
        session.Report.Reference = result.Reference.ToString();
        session.Report.ElapsedSeconds = Math.Round(result.Elapsed.TotalSeconds, 3);
        session.Report.Items = [.. result.Items.Select(item => new ReportImage(
            item.Reference.ToString(),
            item.Path.Length == 0 ? output : Path.Combine(output, item.Path),
            item.Reference.Digest.ToString()!,
            item.MediaType,
            item.Layers.Sum(layer => layer.Size),
            "copied",
            item.IsBundle ? "bundle" : "image",
            []))];
        session.Report.Summary =
            $"{CountText.Count(result.Files, "file")} ({ByteSize.Format(result.Bytes)}) from {result.Reference}, in " +
            $"{TimeText.Format(result.Elapsed)}";
        session.WriteResult(output);
        session.WriteResult(session.Report.Summary);
        if (result.SkippedEntries > 0)
            session.WriteResult($"Left out: {CountText.Count(result.SkippedEntries, "link")} or special files, which are never unpacked");
        session.WriteLine("");
        session.WriteLine("Succeeded");
    }
}
