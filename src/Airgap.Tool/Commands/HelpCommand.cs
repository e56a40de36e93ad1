using System.CommandLine;
using Airgap.Oci;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>help</c>: prints the help of the tool or of a command.</summary>
internal static class HelpCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host, Command root)
    {
        ToolCommand command = new("help", "Prints the help of a command.", ("Of all commands", "help"), ("Of one", "help copy"));
        Argument<string[]> words = new("COMMAND")
        {
            Description = "Command, such as tag list",
            Arity = ArgumentArity.ZeroOrMore
        };
        words.CompletionSources.Add(
            context => root.Subcommands.Where(sub => !sub.Hidden)
            .Select(sub => new System.CommandLine.Completions.CompletionItem(sub.Name)));
        command.Arguments.Add(words);
        host.Attach(command, (parsed, session, _) =>
        {
            Command shown = root;
            foreach (string word in parsed.GetValue(words) ?? [])
            {
                shown = shown.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word))
                    ?? throw new AirgapException(
                    ErrorCode.InvalidArgument,
                    $"Unknown command '{word}'.",
                    $"{(UsageErrors.Nearest(word, shown) is { } near ? $"Did you mean '{near}'? " : "")}See " +
                    $"'{session.Identity.Invocation} help'.");
            }

            HelpWriter.Write(shown, session.Identity, session.Terminal.Out, session.Terminal.Width);
            return Task.FromResult(0);
        });
        return command;
    }
}
