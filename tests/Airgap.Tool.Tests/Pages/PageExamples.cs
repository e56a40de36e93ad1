using System.Text;
using System.Text.RegularExpressions;
using Airgap.TestKit;

namespace Airgap.Tool.Tests.Pages;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page's path below the repository's root.</param>
/// <param name="Line">The line of its first text, from 1.</param>
/// <param name="Language">The word after the fence.</param>
/// <param name="Text">The content of the block.</param>
internal sealed record FencedBlock(string Page, int Line, string Language, string Text);

/// <summary>One command of a page, split into words as a shell does.</summary>
/// <param name="Page">The page's path below the repository's root.</param>
/// <param name="Line">The line on the page, from 1.</param>
/// <param name="Words">The program and its arguments.</param>
internal sealed record PageCommand(string Page, int Line, string[] Words)
{
    public string Place => $"{Page}:{Line}: {string.Join(' ', Words)}";
}

/// <summary>The examples on the pages that a user or contributor reads.</summary>
internal static partial class PageExamples
{
    /// <summary>
    /// Every page, by its path below the repository's root. CHANGELOG and CODES are generated, and the fixtures' pages describe their
    /// recording.
    /// </summary>
    public static string[] Pages { get; } =
    [
        .. new[] { "README.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md", "tests/README.md", "tests/Airgap.Benchmarks/README.md" },
        .. Below("src"),
        .. Below("samples"),
    ];

    /// <summary>The text of a page.</summary>
    public static string Read(string page) => File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot, page));

    /// <summary>The fenced blocks of all pages.</summary>
    public static IEnumerable<FencedBlock> Blocks()
    {
        foreach (string page in Pages)
        {
            string? language = null;
            StringBuilder text = new();
            int start = 0;
            int number = 0;
            foreach (string line in Read(page).Split('\n'))
            {
                number++;
                if (!line.TrimStart().StartsWith("```", StringComparison.Ordinal))
                {
                    text.Append(language is null ? "" : line + "\n");
                }
                else if (language is null)
                {
                    language = line.Trim()[3..];
                    start = number + 1;
                    text.Clear();
                }
                else
                {
                    yield return new FencedBlock(page, start, language, text.ToString());
                    language = null;
                }
            }
        }
    }

    /// <summary>The commands of shell blocks, and those in a line of text between backticks.</summary>
    public static IEnumerable<PageCommand> Commands()
    {
        foreach (FencedBlock block in Blocks().Where(block => block.Language is "sh" or "console"))
        {
            string[] lines = block.Text.Split('\n');
            for (int i = 0; i < lines.Length; i++)
            {
                int line = block.Line + i;
                string command = lines[i].Trim();
                while (command.EndsWith('\\') && i + 1 < lines.Length)
                    command = command[..^1] + lines[++i].Trim();
                // In a console block, only the typed lines.
                if (block.Language == "console" && !command.StartsWith("$ ", StringComparison.Ordinal))
                    continue;
                string[] words = Split(command.StartsWith("$ ", StringComparison.Ordinal) ? command[2..] : command);
                if (words.Length > 0)
                    yield return new PageCommand(block.Page, line, words);
            }
        }

        foreach (string page in Pages)
        {
            string text = Read(page);
            foreach (Match match in Inline().Matches(text))
                yield return new PageCommand(page, 1 + text.AsSpan(0, match.Index).Count('\n'), Split(match.Groups[1].Value));
        }
    }

    /// <summary>Words as a shell splits them, without anything after a <c>#</c>, a pipe, a redirection or another command.</summary>
    public static string[] Split(string command) =>
        [.. Word().Matches(command).Select(match => match.Value.Replace("\"", "", StringComparison.Ordinal).Trim('\''))
            .TakeWhile(word => word[0] is not ('#' or '|' or '>' or '&' or ';'))];

    private static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Fixtures.RepositoryRoot, folder), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Fixtures.RepositoryRoot, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "CHANGELOG.md" or "CODES.md"))
            .Order(StringComparer.Ordinal);

    [GeneratedRegex("(?:[^\\s\"']|\"[^\"]*\"|'[^']*')+")]
    private static partial Regex Word();

    [GeneratedRegex("`((?:dotnet|dotnet-airgap|bash|kubectl) [^`\n]+)`")]
    private static partial Regex Inline();
}
