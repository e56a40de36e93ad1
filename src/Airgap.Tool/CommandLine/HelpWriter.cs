using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Airgap.Tool.Running;

namespace Airgap.Tool.CommandLine;

/// <summary>Writes the help of a command: usage, its own options, examples, and the shared options.</summary>
internal static class HelpWriter
{
    private const int Indent = 2;
    private const int WidestTerm = 44;

    /// <summary>True when the command line asks for help, even if it has errors.</summary>
    public static bool IsAskedFor(ParseResult parsed) => parsed.Action is Action { ExitCode: 0 };

    /// <summary>The help of a command.</summary>
    public static void Write(Command command, Identity identity, TextWriter writer, int width)
    {
        writer.WriteLine(command.Description);
        writer.WriteLine();
        writer.WriteLine("Usage:");
        writer.WriteLine(
            $"  {Path(command, identity)}{(command.Subcommands.Count > 0 ? " COMMAND" : "")}{string.Concat(command.Arguments.Select(Term))} [options]");
        Section(writer, width, "Commands",
            command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (Name(sub), FirstSentence(sub.Description))));
        Section(writer, width, "Arguments", command.Arguments.Select(argument => (argument.Name, argument.Description ?? "")));
        Option[] own = [.. command.Options.Where(
            option => !option.Recursive && !option.Hidden && option is not (HelpOption or VersionOption))];
        Section(writer, width, "Options", own.Where(option => !IsRegistry(option)).Select(Row));
        Examples(command, identity, writer);
        Section(writer, width, "Registry options", own.Where(IsRegistry).Select(Row));
        Section(writer, width, "Global options", Inherited(command).Select(Row));
    }

    private static void Examples(Command command, Identity identity, TextWriter writer)
    {
        if (command is not ToolCommand { Examples.Count: > 0 } tool)
            return;
        writer.WriteLine();
        writer.WriteLine("Examples:");
        foreach ((string purpose, string line) in tool.Examples)
        {
            writer.WriteLine($"  # {purpose}");
            writer.WriteLine($"  {identity.Invocation} {line}");
        }
    }

    private static bool IsRegistry(Option option) => RegistryFlags.Has(option.Name);

    private static IEnumerable<Option> Inherited(Command command)
    {
        Command root = command;
        while (root.Parents.OfType<Command>().FirstOrDefault() is { } parent)
            root = parent;
        return root.Options.Where(option => !option.Hidden && (option.Recursive || ReferenceEquals(root, command)));
    }

    private static void Section(TextWriter writer, int width, string title, IEnumerable<(string Term, string Text)> rows)
    {
        (string Term, string Text)[] all = [.. rows];
        if (all.Length == 0)
            return;
        writer.WriteLine();
        writer.WriteLine($"{title}:");
        int column = Indent + Math.Min(WidestTerm, all.Max(row => row.Term.Length)) + 2;
        foreach ((string term, string text) in all)
        {
            string head = new string(' ', Indent) + term;
            foreach (string line in Wrap(text, Math.Max(30, width - column - 1)))
            {
                if (head.Length > column - 2)
                {
                    writer.WriteLine(head);
                    head = "";
                }

                writer.WriteLine($"{head.PadRight(column)}{line}".TrimEnd());
                head = "";
            }
        }
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }

    private static (string Term, string Text) Row(Option option)
    {
        string names = string.Join(
            ", ", option.Aliases.Where(alias => alias is not ("-?" or "/?" or "/h")).Order(StringComparer.Ordinal).Append(option.Name));
        string value = option.ValueType == typeof(bool) || option is HelpOption or VersionOption ? "" : $" {option.HelpName}";
        return (names + value, option.Description ?? "");
    }

    private static string Term(Argument argument) =>
        argument.Arity.MinimumNumberOfValues == 0 ? $" [{argument.Name}]" : $" {argument.Name}";

    private static string Name(Command command) => string.Join(", ", command.Aliases.Prepend(command.Name));

    private static string FirstSentence(string? text) =>
        text is null ? "" : text.IndexOf(". ", StringComparison.Ordinal) is > 0 and int end ? text[..(end + 1)] : text;

    /// <summary>How a command is typed.</summary>
    public static string Path(Command command, Identity identity) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent, identity)} {command.Name}" : identity.Invocation;

    /// <summary>Writes the help of the command that it belongs to.</summary>
    /// <param name="host">Where to write.</param>
    /// <param name="exitCode">The exit code of the process.</param>
    internal sealed class Action(CommandHost host, int exitCode) : SynchronousCommandLineAction
    {
        /// <summary>The exit code of the process.</summary>
        public int ExitCode => exitCode;

        /// <inheritdoc/>
        public override bool ClearsParseErrors => exitCode == 0;

        /// <inheritdoc/>
        public override int Invoke(ParseResult parseResult)
        {
            Write(parseResult.CommandResult.Command, host.Identity, exitCode == 0 ? host.Terminal.Out : host.Terminal.Error,
                host.Terminal.Width);
            return exitCode;
        }
    }
}
