using System.CommandLine;
using Airgap.Oci;
using Airgap.Publishing.Gating;

namespace Airgap.Tool.CommandLine;

/// <summary>The flags about the command that has to agree before anything is pushed.</summary>
internal sealed class GateFlags
{
    private readonly Option<string?> _command = Flag.Text(
        "--gate", "COMMAND",
        "Command that has to agree with exit code 0 before anything moves: it gets the plan as JSON on standard input, and what it says " +
        "goes into the report");

    private readonly Option<bool> _content =
        Flag.Switch("--gate-content", "Fetch the content first, and give it to the gate as an OCI layout (the folder AIRGAP_LAYOUT)");
    private readonly Option<string[]> _variables =
        Flag.List("--gate-env", "NAME", "Environment variable that the gate gets, besides PATH, HOME and the like");
    private readonly Option<TimeSpan> _limit =
        Flag.Duration("--gate-timeout", "Longest that the gate may take", GateSettings.DefaultTimeLimit);

    /// <summary>The flags.</summary>
    public IEnumerable<Option> All => [_command, _content, _variables, _limit];

    /// <summary>The gate; null where none is asked for.</summary>
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
                    "Name the command that has to agree.");
        }

        return null;
    }
}
