using System.CommandLine;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Transfers.Parts;

namespace Airgap.Tool.Commands;

/// <summary><c>archive split</c>: splits an archive into parts that fit their media.</summary>
internal sealed class ArchiveSplitCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "Archive to split" };
    private readonly Option<string?> _volumeSize = Flag.Text("--volume-size", "SIZE", "Maximum size of a part, such as 4.7GB");
    private readonly Option<string?> _only =
        Flag.Text("--only", "N", "Write only part N again, as listed in the parts list");
    private readonly Option<string?> _output = Flag.Text("--output", "FOLDER", "Folder to write to (default: the archive's folder)", "-o");

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "split",
            "Splits an archive into NAME.tar.001 and so on, with their list NAME.tar.parts.json and checksums for 'sha256sum -c'. All " +
            "commands read the parts in place; 'cat NAME.tar.0*' restores the archive.",
            ("For DVDs", "archive split bundles.tar --volume-size 4.7GB"),
            ("Write one part again", "archive split bundles.tar --only 3"));
        ArchiveSplitCommand flags = new();
        command.Arguments.Add(flags._file);
        foreach (Option option in new Option[] { flags._volumeSize, flags._only, flags._output })
            command.Options.Add(option);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string file = parsed.GetValue(_file)!;
        string target = parsed.GetText(_output) is { } folder ? Path.Combine(folder, Path.GetFileName(file)) : file;
        long? volumeSize = SizeText.Parse("--volume-size", parsed.GetText(_volumeSize));
        session.Report.Source = file;
        session.Report.Destination = target;
        session.Phase = "splitting";
        if (parsed.GetText(_only) is not { } only)
        {
            long size = volumeSize ?? throw new AirgapException(
                ErrorCode.InvalidArgument, "The size of the parts is not given.", "Give the capacity of one medium: --volume-size 4.7GB.");
            PartList list = await new PartSplitter(
                ArchiveDisk.System, part => session.WriteLine($"{part.Name}: {ByteSize.Format(part.Size)}, {part.Digest}"))
                .SplitAsync(file, target, size, cancellationToken);
            return Show(session, target, list);
        }

        if (volumeSize is not null || !int.TryParse(only, out int order))
            throw new AirgapException(
                ErrorCode.InvalidArgument, $"'{only}' is not a value of --only, or --volume-size is given as well.",
                "Give the number of one part, without --volume-size: the list already has the part's size.");
        FoundList found = FoundList.Find(PartName.ListOf(target), target == file ? [] : [Path.GetDirectoryName(Path.GetFullPath(file))!])!;
        PartEntry written = await new PartSplitter(ArchiveDisk.System).RewriteAsync(file, target, found.List, order, cancellationToken);
        session.Report.Files = [new ReportFile(Path.Combine(Path.GetDirectoryName(target)!, written.Name), "part")];
        session.Report.Summary = $"Wrote {written.Name} again ({ByteSize.Format(written.Size)}), as the list names it";
        session.WriteResult(session.Report.Summary);
        return 0;
    }

    private static int Show(Session session, string target, PartList list)
    {
        string folder = Path.GetDirectoryName(target)!;
        session.Report.Files =
        [
            .. list.Parts.Select(part => new ReportFile(Path.Combine(folder, part.Name), "part")),
            new ReportFile(PartName.SumsOf(target), "checksums"),
            new ReportFile(PartName.ListOf(target), "parts"),
        ];
        session.Report.Summary =
            $"Split into {CountText.Count(list.Parts.Length, "part")} ({ByteSize.Format(list.Size)}); their list is " +
            $"{PartName.ListOf(target)}";
        session.WriteResult(session.Report.Summary);
        session.WriteLine("Succeeded");
        return 0;
    }
}
