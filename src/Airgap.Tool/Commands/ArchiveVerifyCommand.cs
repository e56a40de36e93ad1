using System.CommandLine;
using Airgap.Oci;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Verifying;

namespace Airgap.Tool.Commands;

/// <summary><c>archive verify</c>: finds the parts of an archive that must be written again.</summary>
internal sealed class ArchiveVerifyCommand
{
    private readonly Option<string?> _parts =
        Flag.Text("--parts", "NAME", "Archive whose parts to verify: its file name, the list of its parts, or one of the parts");
    private readonly PartsInFlag _partsIn = new();

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "verify",
            "Reads every part of an archive once, compares it with the list, and names each part that must be written again. Changes " +
            "nothing.",
            ("After burning", "archive verify --parts bundles.tar --parts-in /media/disc1 --parts-in /media/disc2"));
        ArchiveVerifyCommand flags = new();
        command.Options.Add(flags._parts);
        command.Options.Add(flags._partsIn.Option);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string name = parsed.GetText(_parts)
            ?? throw new AirgapException(
                ErrorCode.InvalidArgument, "The archive whose parts to verify is not given.",
                "Name it with --parts; 'verify --tar' verifies the content of an archive.");
        RelocationSource.Archive source = _partsIn.Of(parsed, name);
        session.Report.Source = name;
        session.Phase = "verifying";
        FoundList found = FoundList.FindBeside(name, source.PartsIn);
        PartsVerification result = await new PartsVerifier(found).VerifyAsync(cancellationToken);
        foreach (PartResult verdict in result.Parts.Where(verdict => verdict.Problem is not null))
            session.Fail(verdict.Problem!);
        string[] again = [.. result.Parts.Where(verdict => verdict.Problem is not null)
            .Select(verdict => $"{verdict.Part.Name} (--only {verdict.Order})")];
        session.Report.Summary = result.IsRight
            ? $"Verified {CountText.Count(result.Parts.Length, "part")} ({ByteSize.Format(result.List.Size)}) of {result.Archive}"
            : $"Of {CountText.Count(result.Parts.Length, "part")} of {result.Archive}, to be brought or written again: " +
            $"{string.Join(", ", again)}";
        session.WriteResult(session.Report.Summary);
        if (!result.IsRight)
            return 1;
        session.WriteLine("Succeeded");
        return 0;
    }
}
