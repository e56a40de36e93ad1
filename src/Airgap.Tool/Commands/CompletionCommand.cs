using System.CommandLine;
using Airgap.Oci;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>completion</c>: the script with which a shell completes the tool's command lines.</summary>
internal sealed class CompletionCommand
{
    private readonly Argument<string[]> _shell = new("SHELL")
    {
        Description = "bash, zsh, fish or powershell",
        Arity = ArgumentArity.ZeroOrMore,
        CompletionSources = { CompletionScripts.Shells },
    };

    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new(
            "completion",
            "Prints a script that completes commands, flags, their values and tags. Tags come from the registry, within two seconds " +
            "at most.",
            ("For this bash", "completion bash > ~/.airgap-completion && source ~/.airgap-completion"),
            ("For every zsh", "completion zsh > \"${fpath[1]}/_dotnet-airgap\""),
            ("For every fish", "completion fish > ~/.config/fish/completions/dotnet-airgap.fish"),
            ("For this PowerShell", "completion powershell | Out-String | Invoke-Expression"));
        CompletionCommand values = new();
        command.Arguments.Add(values._shell);
        host.Attach(command, (parsed, session, _) => Task.FromResult(values.Run(parsed, session)));
        return command;
    }

    private int Run(ParseResult parsed, Session session)
    {
        string[] given = parsed.GetValue(_shell) ?? [];
        string advice = $"Name one shell: {string.Join(", ", CompletionScripts.Shells[..^1])} or {CompletionScripts.Shells[^1]}.";
        // These messages are those of cobra, the library that imgpkg uses.
        if (given.Length != 1)
            throw new AirgapException(ErrorCode.InvalidArgument, $"accepts 1 arg(s), received {given.Length}", advice);
        if (!CompletionScripts.Shells.Contains(given[0], StringComparer.Ordinal))
            throw new AirgapException(
                ErrorCode.InvalidArgument, $"invalid argument \"{given[0]}\" for \"{session.Identity.Name} completion\"", advice);
        session.Report.Script = CompletionScripts.Of(given[0], session.Identity.Name, ofDotnet: !session.Identity.IsImgpkg);
        session.WriteBlock(session.Report.Script);
        return 0;
    }
}
