using System.CommandLine;

namespace Airgap.Tool.CommandLine;

/// <summary>A command with examples for its help.</summary>
/// <param name="name">The command's word.</param>
/// <param name="description">What it does; the list of commands shows the first sentence.</param>
/// <param name="examples">Command lines without the tool's name, each with its purpose before it.</param>
internal sealed class ToolCommand(string name, string description, params (string Purpose, string Line)[] examples)
    : Command(name, description)
{
    /// <summary>Command lines without the tool's name.</summary>
    public IReadOnlyList<(string Purpose, string Line)> Examples { get; } = examples;

    /// <summary>The command's registry flags; null when it talks to no registry.</summary>
    public RegistryFlags? Registry { get; set; }
}
