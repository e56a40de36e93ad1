using System.CommandLine;
using Airgap.Oci;
using Airgap.Registry;
using Airgap.Registry.Storage;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Files;

namespace Airgap.Tool.Commands;

/// <summary><c>registry gc</c>: collects the garbage of a registry's folder.</summary>
internal sealed class RegistryGcCommand
{
    private readonly Option<string?> _folder = Flag.Text("--folder", "DIR", "Folder of the registry's content");
    private readonly Option<string?> _grace =
        Flag.Text("--grace", "DURATION", "Minimum age of garbage, such as 7d or 36h (default: 1h)");
    private readonly Option<bool> _dry = Flag.Switch("--dry-run", "Show what would be removed, and remove nothing");

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "gc",
            "Removes the blobs of a registry's folder that no manifest needs. No process may serve the folder meanwhile; serve collects " +
            "by itself.",
            ("After a prune", "registry gc --folder registry"),
            ("Show what it would free", "registry gc --folder registry --dry-run"));
        RegistryGcCommand flags = new();
        foreach (Option option in new Option[] { flags._folder, flags._grace, flags._dry })
            command.Options.Add(option);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string folder = parsed.GetText(_folder)
            ?? throw new AirgapException(ErrorCode.InvalidArgument, "The registry's folder is not given.", "Name it: --folder DIR.");
        TimeSpan grace = GracePeriod.Parse("--grace", parsed.GetText(_grace) ?? "1h");
        bool isDry = session.IsDry = parsed.GetValue(_dry);
        session.Report.Source = folder;
        session.Phase = "collecting";
        session.AfterStop =
            "What was removed is gone, and everything that a manifest needs is still there. Run the command again to continue.";
        string full = Path.GetFullPath(folder);
        if (!Directory.Exists(new StorageLayout(full).Repositories))
            throw new AirgapException(
                ErrorCode.FileNotFound, $"'{folder}' is not a registry's folder: it contains no repositories.",
                "Name the folder that you gave to serve or docker-registry.");
        try
        {
            using IDisposable hold = FolderLock.Take(full)
                ?? throw new AirgapException(
                    ErrorCode.AccessDenied, $"The registry's folder '{folder}' cannot be locked.",
                    "Run it as the user who serves the folder, on a file system that supports locks.");
            using RegistryStorage storage = new(full);
            GarbageReport report = storage.Garbage.Collect(grace, isDry, cancellationToken);
            foreach (string name in report.Unreadable)
                session.Warn(GarbageRounds.NotSwept(name));
            string would = isDry ? " to remove" : " removed";
            session.Report.Summary =
                $"{CountText.Count(report.Removed, "blob")} ({ByteSize.Format(report.Bytes)}){would}, {report.Kept} kept; " +
                $"{CountText.Count(report.Unlinked, "link")}{would}";
            session.WriteResult(session.Report.Summary);
            return Task.FromResult(0);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, folder);
        }
    }
}
