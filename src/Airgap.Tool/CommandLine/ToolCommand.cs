using System.CommandLine;

namespace Airgap.Tool.CommandLine;

/// <summary>A command with examples for its help.</summary>
/// <param name="name">The command's word.</param>
/// <param name="description">What it does; the first sentence stands in the list of commands.</param>
/// <param name="examples">Command lines after the tool's name, each with a word on what it is for before it.</param>
internal sealed class ToolCommand(string name, string description, params (string Purpose, string Line)[] examples)
    : Command(name, description)
{
    /// <summary>Command lines after the tool's name.</summary>
    public IReadOnlyList<(string Purpose, string Line)> Examples { get; } = examples;

    /// <summary>How the command talks to registries; null when it does not.</summary>
    public RegistryFlags? Registry { get; set; }
}
