using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Publishing.Reporting.Markdown;

namespace Airgap.Tool.Commands;

/// <summary>Prevents the files that a command writes from replacing a file that it reads, and one another.</summary>
internal static class OutputPlaces
{
    private static readonly string[] s_written =
        ["--to-tar", "--to-oci-tar", "--lock-output", "--plan-out", "--report", "--summary", "--receipt", "--audit-log"];

    private static readonly string[] s_read =
    [
        "--lock", "--tar", "--oci-tar", "--map-file", "--base", "--sign-key", "--sign-key-password-file", "--verify-archive",
        "--verify-base", "--verify-key", "--trusted-root", "--policy", "--registry-ca-cert-path",
    ];

    /// <summary>Compares the flags of a command line.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="readsPlan">True where <c>--plan</c> is read, false where it is written.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.BaseIsOutput"/>.</exception>
    public static void Check(ParseResult parsed, bool readsPlan)
    {
        List<(string Flag, string Path)> read = [], written = [];
        foreach (Option option in parsed.CommandResult.Command.Options)
        {
            bool isPlan = option.Name == "--plan";
            if (isPlan ? readsPlan : s_read.Contains(option.Name))
                read.AddRange(Texts(parsed, option).Select(path => (option.Name, path)));
            else if (isPlan || s_written.Contains(option.Name))
                written.AddRange(Texts(parsed, option).Where(path => option.Name != "--summary" || !SummaryTarget.IsOff(path))
                    .Select(path => (option.Name, path)));
        }

        List<(string Flag, string Path, string Place)> earlier = [.. Places(read)];
        int inputs = earlier.Count;
        foreach ((string Flag, string Path, string Place) output in Places(written))
        {
            int same = earlier.FindIndex(other => IsSame(other.Place, output.Place) && !IsOfImgpkg(other.Flag, output.Flag));
            if (same >= 0)
                throw new AirgapException(
                    ErrorCode.BaseIsOutput,
                    same < inputs
                        ? $"The file of {output.Flag}, '{output.Path}', would replace that of {earlier[same].Flag}, which is read."
                        : $"The files of {earlier[same].Flag} and {output.Flag} are one: '{output.Path}'.",
                    $"Name another file with {output.Flag}.")
                { Location = new SourceLocation(output.Path) };
            earlier.Add(output);
        }
    }

    // imgpkg brings a lock up to date in its place.
    private static bool IsOfImgpkg(string read, string written) => read == "--lock" && written == "--lock-output";

    private static string[] Texts(ParseResult parsed, Option option) =>
    [
        .. (option switch
        {
            Option<string?> one => [parsed.GetValue(one)],
            Option<string[]> many => parsed.GetValue(many) ?? [],
            _ => Array.Empty<string?>(),
        }).Where(text => text is { Length: > 0 }).Distinct(StringComparer.Ordinal)!,
    ];

    // A stream is not replaced; what cannot be looked at is refused where it is opened.
    private static IEnumerable<(string Flag, string Path, string Place)> Places(IEnumerable<(string Flag, string Path)> files)
    {
        foreach ((string flag, string path) in files)
        {
            if (PlaceOf(path) is { } place)
                yield return (flag, path, place);
        }
    }

    private static string? PlaceOf(string path)
    {
        try
        {
            OutputTarget target = OutputTarget.OfFile(path);
            return target.Kind == OutputKind.Stream ? null : target.Path;
        }
        catch (Exception e) when (e is AirgapException or IOException or UnauthorizedAccessException or ArgumentException
            or NotSupportedException)
        {
            return null;
        }
    }

    // Their folders may be reached by several paths.
    private static bool IsSame(string left, string right)
    {
        StringComparison names = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        if (left.Equals(right, names))
            return true;
        if (OperatingSystem.IsWindows() || !Path.GetFileName(left).Equals(Path.GetFileName(right), names))
            return false;
        FileFacts folder = FileFacts.Of(Path.GetDirectoryName(left)!, followsLinks: true);
        return folder.Kind == FileKind.Folder && folder.IsSame(FileFacts.Of(Path.GetDirectoryName(right)!, followsLinks: true));
    }
}
