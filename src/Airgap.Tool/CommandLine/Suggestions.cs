using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// Completes the last word of an unfinished command line through System.CommandLine's completion sources. This type
/// only finds the symbol that the word belongs to: the library assigns every word after a repeatable flag to that flag,
/// and each of imgpkg's flags is repeatable.
/// </summary>
internal static class Suggestions
{
    /// <summary>Whole words that begin with the line's last one, in ordinal order.</summary>
    /// <param name="root">All commands.</param>
    /// <param name="line">The line up to the cursor, without the tool's name.</param>
    public static IReadOnlyList<string> Of(RootCommand root, string line)
    {
        List<string> words = [.. CommandLineParser.SplitCommandLine(line)];
        if (line.Length == 0 || char.IsWhiteSpace(line[^1]))
            words.Add("");
        string last = words[^1];
        Place place = Place.Of(root, words[..^1]);
        if (place.Pending is { } pending)
            return Matching(Complete(root, pending, line), last);
        int equals = last.StartsWith('-') ? last.IndexOf('=', StringComparison.Ordinal) : -1;
        if (equals > 0 && place.Find(last[..equals]) is { } flag)
        {
            // The library completes the value as a separate word.
            string apart = string.Concat(line.AsSpan(0, line.Length - last.Length + equals), " ", last.AsSpan(equals + 1));
            return Matching(Complete(root, flag, apart).Select(value => last[..(equals + 1)] + value), last);
        }

        return Matching(Complete(root, place.Command, line)
            .Where(word => last.StartsWith('-') == word.StartsWith('-') && IsTyped(word)), last);
    }

    private static IEnumerable<string> Complete(RootCommand root, Symbol symbol, string line) =>
        symbol.GetCompletions(root.Parse(line).GetCompletionContext()).Select(item => item.InsertText ?? item.Label);

    private static IReadOnlyList<string> Matching(IEnumerable<string> candidates, string typed) =>
        [.. candidates.Where(candidate => candidate.StartsWith(typed, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];

    // Help also has Windows spellings.
    private static bool IsTyped(string name) => name is not ("-?" or "/?" or "/h");

    /// <summary>The position of the last word on the line.</summary>
    /// <param name="Command">The command it belongs to.</param>
    /// <param name="Pending">The flag whose value it is; null for none.</param>
    private sealed record Place(Command Command, Option? Pending)
    {
        private IEnumerable<Option> Options => Command.Options
            .Concat(Command.Parents.OfType<Command>().SelectMany(Ancestors)
                .SelectMany(parent => parent.Options.Where(option => option.Recursive)))
            .Where(option => !option.Hidden);

        public static Place Of(Command root, IEnumerable<string> words)
        {
            Place place = new(root, null);
            foreach (string word in words)
            {
                if (place.Pending is not null)
                    place = place with { Pending = null };
                else if (word.StartsWith('-'))
                    place = place with { Pending = place.Find(word) is { } flag && TakesAnotherValue(flag) ? flag : null };
                else if (place.Command.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word)) is { } sub)
                    place = new(sub, null);
            }

            return place;
        }

        public Option? Find(string name) => Options.FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

        private static bool TakesAnotherValue(Option flag) => flag.ValueType != typeof(bool) && flag is not (HelpOption or VersionOption);

        private static IEnumerable<Command> Ancestors(Command command) =>
            command.Parents.OfType<Command>().SelectMany(Ancestors).Prepend(command);
    }
}
