using System.CommandLine;
using Airgap.Tool.CommandLine;

namespace Airgap.Tool.Running;

/// <summary>
/// The command that resumes an interrupted run: the command as typed, plus <c>--resume</c> for an archive.
/// </summary>
internal static class Continuation
{
    private static readonly string[] s_archives = ["--to-tar", "--to-oci-tar"];
    private static readonly string[] s_secrets = [RegistryFlags.Prefix + "password", RegistryFlags.Prefix + "token"];

    /// <summary>
    /// The command line, without secrets; null for a command that always starts over, and for a dry run.
    /// </summary>
    public static string? Of(ParseResult parsed, Identity identity)
    {
        if (parsed.CommandResult.Command.Name is not ("copy" or "publish" or "push")
            || parsed.Tokens.Any(token => token.Value == "--dry-run"))
            return null;
        List<string> words = [identity.Invocation];
        bool isSecret = false;
        foreach (string token in parsed.Tokens.Select(token => token.Value))
        {
            words.Add(isSecret ? "'***'" : Quote(token));
            isSecret = s_secrets.Contains(token);
        }

        if (parsed.Tokens.Any(token => s_archives.Contains(token.Value)) && !parsed.Tokens.Any(token => token.Value == "--resume"))
            words.Add("--resume");
        return string.Join(' ', words);
    }

    /// <summary>A word as a shell takes it.</summary>
    public static string Quote(string word)
    {
        if (word.Length > 0 && word.All(
            c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '@' or '=' or '+' or ',' or '%'))
            return word;
        if (OperatingSystem.IsWindows())
            return $"\"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        return $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
