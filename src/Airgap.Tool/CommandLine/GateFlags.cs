using System.CommandLine;
using Airgap.Oci;
using Airgap.Publishing.Gating;

namespace Airgap.Tool.CommandLine;

/// <summary>The flags for the gate: a command that must approve the plan before anything is pushed.</summary>
internal sealed class GateFlags
{
    private readonly Option<string?> _command = Flag.Text(
        "--gate", "COMMAND",
        "Command that must approve with exit code 0 before anything moves: it receives the plan as JSON on standard input, and its " +
        "output goes into the report");

    private readonly Option<bool> _content =
        Flag.Switch("--gate-content",
            "Fetch the content first, and pass it to the gate as an OCI layout (the folder named by AIRGAP_LAYOUT)");
    private readonly Option<string[]> _variables =
        Flag.List("--gate-env", "NAME", "Environment variable to pass to the gate, besides PATH, HOME and the like");
    private readonly Option<TimeSpan> _limit =
        Flag.Duration("--gate-timeout", "Longest time the gate may take", GateSettings.DefaultTimeLimit);

    /// <summary>The flags.</summary>
    public IEnumerable<Option> All => [_command, _content, _variables, _limit];

    /// <summary>The gate; null when none is requested.</summary>
    public Gate? Read(ParseResult parsed)
    {
        if (parsed.GetText(_command) is { } command)
            return new Gate(new GateSettings(
                command, Environment.CurrentDirectory, parsed.GetValue(_limit), parsed.GetValue(_content),
                parsed.GetValue(_variables) ?? []));
        foreach (Option other in new Option[] { _content, _variables, _limit })
        {
            if (parsed.GetResult(other) is { Implicit: false })
                throw new AirgapException(
                    ErrorCode.IncompatibleOptions, $"Flag {other.Name} can only be used with --gate",
                    "Name the command that must approve.");
        }

        return null;
    }
}
