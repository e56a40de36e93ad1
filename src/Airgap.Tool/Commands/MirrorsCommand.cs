using System.Collections.Immutable;
using System.CommandLine;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Mirrors;
using Airgap.Publishing.Reporting;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Files;

namespace Airgap.Tool.Commands;

/// <summary>
/// <c>mirrors</c>: configuration with which container engines and clusters find relocated images without rewritten
/// references.
/// </summary>
internal sealed class MirrorsCommand
{
    private const int MaxBytes = 256 * 1024 * 1024;

    private readonly Option<string?> _from =
        Flag.Text("--from", "FILE", "The relocation.json of a publish, or the output of 'copy --json'");
    private readonly Option<string[]> _format = Flag.Repeated(
        "--format", "FORMAT", "Configuration to write: registries.conf, hosts.toml, ImageDigestMirrorSet or ImageTagMirrorSet");
    private readonly Option<string?> _output = Flag.Text("--output", "FOLDER", "Folder to write the files to", "-o");
    private readonly Option<string?> _host =
        Flag.Text("--cluster-registry", "HOST", "Host name of the mirror in the cluster, if the publish used another");

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "mirrors",
            "Writes mirror configuration for container engines and clusters, for workloads whose image references stay as they are. " +
            "Contacts no " +
            "registry.",
            ("For podman and CRI-O", "mirrors --from bin/Release/airgap/relocation.json --format registries.conf -o mirrors"),
            ("For containerd and OpenShift",
                "mirrors --from relocation.json --format hosts.toml --format ImageDigestMirrorSet -o mirrors"),
            ("After a copy out of an archive, whose output was written to copy.json",
                "mirrors --from copy.json --format registries.conf -o mirrors"));
        MirrorsCommand flags = new();
        command.Options.Add(flags._from);
        command.Options.Add(flags._format);
        command.Options.Add(flags._output);
        command.Options.Add(flags._host);
        host.Attach(command, flags.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, Session session, CancellationToken cancellationToken)
    {
        string from = parsed.GetText(_from)
            ?? throw Missing("The relocation is not named.", "Give --from FILE, the relocation.json of a publish.");
        string folder = parsed.GetText(_output) ?? throw Missing("The folder is not named.", "Give -o FOLDER.");
        MirrorFormat[] formats = [.. (parsed.GetValue(_format) ?? []).Select(Format).Distinct()];
        if (formats.Length == 0)
            throw Missing("No format is named.", $"Give --format {string.Join(", ", MirrorFormats.Words)}.");
        string? host = parsed.GetText(_host);
        if (host is not null && (host.Contains('/', StringComparison.Ordinal) || TemplateBase.Parse(host).Prefix.Length > 0))
            throw new AirgapException(ErrorCode.InvalidRepository, $"'{host}' is not a host.", "Write HOST[:PORT].");
        session.Report.Source = from;
        if (!File.Exists(from))
            throw new AirgapException(
                ErrorCode.FileNotFound, $"The file '{from}' does not exist.", "Name the relocation.json of a publish.");
        ImmutableArray<MirrorEntry> entries = Read(from, host, session);
        ImmutableArray<(string Path, string Text)> files = MirrorFiles.Create(entries, formats);
        foreach ((string name, string text) in files)
        {
            string path = Path.Combine(folder, name.Replace('/', Path.DirectorySeparatorChar));
            await ArtifactFile.WriteAsync(Path.GetFullPath(path), text, cancellationToken);
            (session.Report.Files ??= []).Add(new ReportFile(path, "mirrors"));
            session.WriteResult(path);
        }

        if (MirrorSets.FindInsecure(entries, formats) is { } insecure)
            session.Warn(insecure);
        return 0;
    }

    private static ImmutableArray<MirrorEntry> Read(string from, string? host, Session session)
    {
        ReadOnlyMemory<byte> json = WholeFile.Read(from, MaxBytes, why => new AirgapException(
            ErrorCode.NothingMirrored, $"'{from}' is neither a relocation.json nor the output of 'copy --json': {why}.",
            "Name the relocation.json of a publish."));
        if (RelocationReportWriter.Parse(json) is { } report)
        {
            if (report.Errors is { IsEmpty: false } errors)
                session.Warn(new Diagnostic(
                    ErrorCode.IncompleteMirrors,
                    $"'{from}' is the report of a publish with {(errors.Length == 1 ? "a failure" : $"{errors.Length} failures")}, so the " +
                    "configuration lacks the mirrors of the failed items.",
                    "Publish again until every item is complete, before you give it to container engines.")
                { Location = new SourceLocation(from) });
            return MirrorMap.Of(report, host is null ? null : _ => host);
        }

        return CopyDocument.Read(json, host) is { } entries
            ? entries
            : throw new AirgapException(
                ErrorCode.NothingMirrored, $"'{from}' is neither a relocation.json nor the output of 'copy --json'.",
                "Name the relocation.json that a publish wrote, or write the output of 'copy --json' to a file and name that. A lock " +
                "does not record where images come from.");
    }

    private static MirrorFormat Format(string text) => MirrorFormats.TryParse(text, out MirrorFormat format)
        ? format
        : throw new AirgapException(
            ErrorCode.InvalidArgument, $"'{text}' is not a format of mirror configuration.",
            NearestName.Advice(text, MirrorFormats.Words.ToList()));

    private static AirgapException Missing(string what, string advice) => new(ErrorCode.InvalidArgument, what, advice);
}
