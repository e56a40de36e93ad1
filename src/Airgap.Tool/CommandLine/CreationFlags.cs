using System.CommandLine;
using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Tool.CommandLine;

/// <summary>The flags of commands that push: whether missing repositories are created, and how.</summary>
internal sealed class CreationFlags
{
    private readonly Option<bool> _create = Flag.Switch(
        "--create-repositories", "Create the repositories that a push needs in Amazon ECR and Quay, and the projects in Harbor");

    private readonly Option<string?> _settings = Flag.Text(
        "--repository-settings", "FILE", "JSON file with the settings of created repositories: tags, immutability, encryption, policies");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_create);
        command.Options.Add(_settings);
    }

    /// <summary>Refuses the flags if nothing is pushed.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="destination">The destination, as its flag names it.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public void RefuseWithoutPush(ParseResult parsed, string destination)
    {
        if (parsed.GetResult(_create) is { Implicit: false } && parsed.GetValue(_create))
        {
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, $"Cannot use --create-repositories with {destination}: nothing is pushed",
                "Give it to the command that pushes.");
        }
    }

    /// <summary>A project's settings, with those of the flags.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public RegistryAccess Over(RegistryAccess project, ParseResult parsed)
    {
        bool? creates = parsed.GetResult(_create) is { Implicit: false } ? parsed.GetValue(_create) : project.CreateRepositories;
        string? settings = parsed.GetText(_settings);
        if (settings is not null && creates != true)
        {
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flag --repository-settings can only be used with --create-repositories",
                "Give --create-repositories as well: only repositories that this run creates get the settings.");
        }

        return project with { CreateRepositories = creates, RepositorySettings = settings ?? project.RepositorySettings };
    }
}
