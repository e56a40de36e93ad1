using System.CommandLine;
using System.CommandLine.Help;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// Flags that are on or off, as imgpkg accepts them: <c>1 t T TRUE true True</c> and <c>0 f F FALSE false False</c>
/// after an equals sign; the last value wins.
/// </summary>
/// <remarks>
/// Source: Go's strconv.ParseBool and pflag; System.CommandLine's parser accepts only two of these words, and each flag
/// only once.
/// </remarks>
internal static class SwitchValues
{
    private static readonly string[] s_on = ["1", "t", "T", "TRUE", "true", "True"];
    private static readonly string[] s_off = ["0", "f", "F", "FALSE", "false", "False"];

    /// <summary>The command line with each such value as <c>true</c> or <c>false</c>, and each such flag once.</summary>
    /// <param name="root">All commands.</param>
    /// <param name="args">The command line.</param>
    /// <param name="problem">What is wrong with a value, as a sentence; null when all are valid.</param>
    public static string[] Normalize(Command root, string[] args, out string? problem)
    {
        problem = null;
        string?[] words = [.. args];
        Dictionary<Option, int> places = [];
        Command command = root;
        for (int i = 0; i < args.Length && args[i] != "--"; i++)
        {
            string word = args[i];
            if (!word.StartsWith('-'))
            {
                command = command.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word)) ?? command;
                continue;
            }

            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? word : word[..equals];
            Option? option = OptionsOf(command).FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));
            if (option is null or HelpOption or VersionOption)
                continue;
            if (option.ValueType != typeof(bool))
            {
                // Its value is the next word, even one that looks like a flag.
                if (equals < 0 && option.Arity.MinimumNumberOfValues > 0)
                    i++;
                continue;
            }

            if (places.TryGetValue(option, out int earlier))
                words[earlier] = null;
            places[option] = i;
            if (equals < 0 && i + 1 < args.Length && bool.TryParse(args[i + 1], out bool next))
            {
                (words[i], words[i + 1]) = (next ? $"{name}=true" : $"{name}=false", null);
                i++;
            }
            else if (equals >= 0)
            {
                string value = word[(equals + 1)..];
                if (!s_on.Contains(value) && !s_off.Contains(value))
                    problem ??= $"'{value}' is not a value of {name}: it takes true or false.";
                words[i] = s_on.Contains(value) ? $"{name}=true" : $"{name}=false";
            }
        }

        return [.. words.OfType<string>()];
    }

    private static IEnumerable<Option> OptionsOf(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => OptionsOf(parent).Where(option => option.Recursive)));
}
