using System.CommandLine;
using Airgap.Oci;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Tool.Commands;

/// <summary><c>archive merge</c>: joins a chain of deltas to one archive.</summary>
internal sealed class ArchiveMergeCommand
{
    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Archives of the chain, oldest first",
        Arity = ArgumentArity.OneOrMore
    };
    private readonly Option<string?> _toTar = Flag.Text("--to-tar", "FILE", "Archive to write");
    private readonly Option<string?> _toOciTar = Flag.Text("--to-oci-tar", "FILE", "OCI image layout to write in a tar");
    private readonly Option<bool> _resume = Flag.Switch("--resume", "Resume an archive that an earlier run left unfinished");

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "merge",
            "Joins deltas with the archive they build on. The result equals, byte for byte, the full archive that 'copy' would have " +
            "written " +
            "instead of the last delta. Contacts no registry.",
            ("A year's deltas", "archive merge january.tar february.tar march.tar --to-tar full.tar"));
        ArchiveMergeCommand flags = new();
        command.Arguments.Add(flags._files);
        foreach (Option option in new Option[] { flags._toTar, flags._toOciTar, flags._resume })
            command.Options.Add(option);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string[] files = parsed.GetValue(_files) ?? [];
        RelocationDestination.Archive destination = (parsed.GetText(_toTar), parsed.GetText(_toOciTar)) switch
        {
            ({ } tar, null) => new RelocationDestination.Archive(tar),
            (null, { } tar) => new RelocationDestination.Archive(tar) { Format = ArchiveFormat.LayoutTar },
            _ => throw new AirgapException(
                ErrorCode.DestinationSelection, "Expected either --to-tar or --to-oci-tar", "Give exactly one of them."),
        };
        session.Report.Source = string.Join(", ", files);
        session.Report.Destination = destination.Path;
        OutputCheck.OfArchive(destination.Path);
        using ConsoleObserver observer = new(session, toArchive: true, likeImgpkg: false);
        TransferResult result = await ArchiveMerger.MergeAsync(
            files, destination, new TransferOptions { Resume = parsed.GetValue(_resume) }, observer, cancellationToken);
        CopyResultText.Fill(session.Report, result);
        session.Report.Source = string.Join(", ", files);
        session.Report.Summary =
            $"Joined {CountText.Count(files.Length, "archive")}: {CountText.Count(result.Items.Length, "image")}, " +
            $"{CountText.Count(result.Blobs.Length, "blob")} ({ByteSize.Format(result.Plan.TotalBytes)}), in " +
            $"{TimeText.Format(result.Elapsed)}";
        session.WriteResult(destination.Path);
        session.WriteResult(session.Report.Summary);
        session.WriteLine("");
        session.WriteLine("Succeeded");
        return 0;
    }
}
