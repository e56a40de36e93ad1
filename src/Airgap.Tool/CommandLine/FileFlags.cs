using System.CommandLine;
using Airgap.Oci;
using Airgap.Publishing.Reporting.Markdown;
using Airgap.Transfer.Files;

namespace Airgap.Tool.CommandLine;

/// <summary>The flags and arguments that name files and folders: which of them a command reads, and which it writes.</summary>
internal static class FileFlags
{
    /// <summary>The flags that name outputs.</summary>
    public static IReadOnlyList<string> Written { get; } =
    [
        "--to-tar", "--to-oci-tar", "--to-oci", "--lock-output", "--plan", "--plan-out", "--report", "--summary", "--html", "--receipt",
        "--audit-log", "--output", "--timeline",
    ];

    private static readonly string[] s_notInDryRun = ["--lock-output", "--report", "--summary", "--receipt", "--audit-log"];

    /// <summary>The flags that name inputs.</summary>
    public static IReadOnlyList<string> Read { get; } =
    [
        "--lock", "--tar", "--oci-tar", "--oci", "--parts", "--earlier-plan", "--map-file", "--base", "--file", "--from", "--keep",
        "--execute", "--blob",
        "--signature", "--values-file", "--sign-key", "--sign-key-password-file", "--verify-archive", "--verify-base", "--verify-key",
        "--trusted-root", "--trust-store", "--policy", "--registry-ca-cert-path", "--kubeconfig", "--parts-in", "--project",
        "--htpasswd", "--tls-cert", "--tls-key", "--registry-certs-dir", "--registries-conf", "--repository-settings", "--file-exclusion",
        "--file-exclude-defaults",
    ];

    /// <summary>Checks that no output of a command line replaces an input or another output.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="readsPlan">True if <c>--plan</c> names an input.</param>
    /// <param name="further">Outputs that no flag names.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.BaseIsOutput"/>.</exception>
    public static void Check(ParseResult parsed, bool readsPlan = false, IReadOnlyList<NamedFile>? further = null)
    {
        List<NamedFile> inputs = [], outputs = [.. further ?? []];
        foreach (Option option in parsed.CommandResult.Command.Options)
        {
            bool isRead = Read.Contains(option.Name) || (readsPlan && option.Name == "--plan");
            if (isRead || Written.Contains(option.Name))
                (isRead ? inputs : outputs).AddRange(Files(parsed, option));
        }

        foreach (Argument argument in parsed.CommandResult.Command.Arguments)
            inputs.AddRange(ArgumentFiles(parsed, argument));

        // As with imgpkg, a command may update the lock that it reads.
        OutputConflicts.Check(inputs, outputs, (input, output) => input.Name == "--lock" && output.Name == "--lock-output");
    }

    /// <summary>
    /// The output files of a command line that replace an existing file. Excluded are logs, which are appended to, and folders that
    /// receive more files.
    /// </summary>
    public static IEnumerable<string> Outputs(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        // diff reads the file of --receipt.
        if (command.Name == "diff")
            yield break;
        bool isDry = command.Options.OfType<Option<bool>>().Any(option => option.Name == "--dry-run" && parsed.GetValue(option));
        string? only = isDry ? "--plan" : IsGiven("--plan-out") ? "--plan-out" : null;
        foreach (Option option in command.Options.Where(option => Written.Contains(option.Name) && option.Name != "--audit-log"))
        {
            // Without a dry run, copy reads the plan.
            if (only is null ? option.Name == "--plan" && command.Name == "copy" : option.Name != only)
                continue;
            foreach (string path in Files(parsed, option).Select(file => file.Path))
            {
                if (option.Name == "--to-oci")
                    yield return Path.Combine(path, "index.json");
                else if (!Directory.Exists(path) || command.Name == "pull")
                    yield return path;
            }
        }

        bool IsGiven(string name) => command.Options.Any(option => option.Name == name && parsed.GetResult(option) is { Implicit: false });
    }

    /// <summary>
    /// The given flags that name files which a dry run does not write. The destination is not among them, because a dry run describes it.
    /// </summary>
    public static string[] NotInDryRun(ParseResult parsed) =>
    [
        .. parsed.CommandResult.Command.Options.Where(option => s_notInDryRun.Contains(option.Name) && Files(parsed, option).Any())
            .Select(option => option.Name),
    ];

    // A folder without a project is read as a whole, and outputs may be in it.
    private static IEnumerable<NamedFile> ArgumentFiles(ParseResult parsed, Argument argument) => (argument switch
    {
        Argument<string?> one => [parsed.GetValue(one) ?? (one.Name == "PROJECT" ? "." : null)],
        Argument<string[]> many => parsed.GetValue(many) ?? [],
        _ => Array.Empty<string?>(),
    }).OfType<string>().SelectMany(path => Directory.Exists(path) ? ProjectsIn(path) : File.Exists(path) ? [path] : [])
        .Select(path => new NamedFile(path));

    private static IEnumerable<string> ProjectsIn(string folder) => Directory.EnumerateFiles(folder)
        .Where(path => Path.GetExtension(path) is ".csproj" or ".fsproj" or ".vbproj" or ".proj" or ".sln" or ".slnx" or ".slnf");

    private static IEnumerable<NamedFile> Files(ParseResult parsed, Option option) => (option switch
    {
        Option<string?> one => [parsed.GetValue(one)],
        Option<string[]> many => parsed.GetValue(many) ?? [],
        _ => Array.Empty<string?>(),
    }).OfType<string>().Where(path => path.Length > 0 && !(option.Name == "--summary" && SummaryTarget.IsOff(path)))
        .Distinct(StringComparer.Ordinal)
        .Select(path => new NamedFile(path, option.Name) { IsLayout = option.Name == "--to-oci" });
}
