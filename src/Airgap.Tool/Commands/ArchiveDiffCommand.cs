using System.CommandLine;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Files;

namespace Airgap.Tool.Commands;

/// <summary><c>archive diff</c>: what one archive adds to another.</summary>
internal sealed class ArchiveDiffCommand
{
    private readonly Argument<string> _first = new("A") { Description = "Archive, full or delta" };
    private readonly Argument<string> _second = new("B") { Description = "Archive, full or delta, to compare with it" };

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "diff",
            "Shows what archive B adds to archive A: images, Packages and bytes. Compares what they list: it reads only the bundles' " +
            "own layers, and contacts no registry.",
            ("What changed in a month", "archive diff january.tar february.tar"));
        ArchiveDiffCommand flags = new();
        command.Arguments.Add(flags._first);
        command.Arguments.Add(flags._second);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string first = parsed.GetValue(_first)!;
        string second = parsed.GetValue(_second)!;
        session.Report.Source = second;
        session.Phase = "comparing";
        ArchiveDiff diff = await ArchiveDiff.OfAsync(first, second, cancellationToken);
        session.Report.Diff = ReportDiff.Of(diff);
        foreach (var warning in new[] { DeltaWarning.Of(first, diff.FirstDelta), DeltaWarning.Of(second, diff.SecondDelta) })
        {
            if (warning is not null)
                session.Warn(warning);
        }

        session.Report.Summary =
            $"'{second}' adds {CountText.Count(diff.Added.Length, "image")}, {CountText.Count(diff.AddedPackages.Length, "Package")} and " +
            $"{CountText.Count(diff.Blobs.Count, "blob")} ({ByteSize.Format(diff.Blobs.Bytes)}) to '{first}'"
            + (diff.Gone.Length + diff.GonePackages.Length == 0 ? ""
                : $", and lacks {CountText.Count(diff.Gone.Length, "image")} and " +
                $"{CountText.Count(diff.GonePackages.Length, "Package")} of it");
        session.WriteTable(new Table(
            "Added",
            "images",
            [new("image", "Image"), new("kind", "Kind"), new("blobs", "Blobs"), new("size", "Size")],
            [.. session.Report.Diff.Added.Select(
                image => new[] { image.Image, image.Kind, image.Blobs.Count.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    ByteSize.Format(image.Blobs.Bytes) })]));
        foreach (string package in diff.AddedPackages)
            session.WriteResult($"Package {Airgap.Oci.Printable.Line(package)}");
        session.WriteResult(session.Report.Summary);
        session.WriteLine("");
        session.WriteLine("Succeeded");
        return 0;
    }
}
