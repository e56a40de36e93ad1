using System.Globalization;
using Airgap.Oci.Files;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Docker;

/// <summary>The files that may contain credentials: docker's, then podman's.</summary>
/// <remarks>Source: containers-auth.json(5); skopeo 1.9 was observed to open the same files.</remarks>
internal static class DockerConfigLocations
{
    /// <summary>The files, existing or not, each once.</summary>
    /// <param name="environment">The variables that give the paths.</param>
    /// <param name="workingDirectory">The base of relative paths; null for the process's folder.</param>
    public static IEnumerable<DockerConfigFile> All(EnvironmentVariables environment, string? workingDirectory)
    {
        HashSet<string> seen = new(OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        foreach ((string? folder, string name, string description) in Candidates(environment))
        {
            if (folder is null)
                continue;
            string path = name.Length == 0 ? folder : Path.Combine(folder, name);
            path = workingDirectory is null ? Path.GetFullPath(path) : Path.GetFullPath(path, workingDirectory);
            if (seen.Add(path))
                yield return new DockerConfigFile(path, description);
        }
    }

    private static IEnumerable<(string? Folder, string Name, string Description)> Candidates(EnvironmentVariables environment)
    {
        string? home = environment.Home;
        // As in docker itself, a configured folder takes precedence over the one in the home folder.
        yield return (environment.NonEmpty("DOCKER_CONFIG"), "config.json", "docker config of DOCKER_CONFIG");
        yield return (home, Path.Combine(".docker", "config.json"), "docker config");
        yield return (environment.NonEmpty("REGISTRY_AUTH_FILE"), "", "auth file of REGISTRY_AUTH_FILE");
        string podmans = Path.Combine("containers", "auth.json");
        // Without a session of the user, as under sudo, cron or a CI service, podman logs in at a place of its own.
        yield return environment.NonEmpty("XDG_RUNTIME_DIR") is { } runtime ? (runtime, podmans, "podman auth file")
            : (OperatingSystem.IsLinux() ? string.Create(CultureInfo.InvariantCulture, $"/run/containers/{Posix.User}") : null, "auth.json",
                "podman auth file");
        string? configuration = environment.NonEmpty("XDG_CONFIG_HOME") ?? (home is null ? null : Path.Combine(home, ".config"));
        yield return (configuration, podmans, "podman auth file");
    }
}
