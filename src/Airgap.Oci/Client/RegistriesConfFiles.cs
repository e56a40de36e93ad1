using Airgap.Oci.Mirrors;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Client;

/// <summary>Finds the files of registries.conf where podman does.</summary>
/// <remarks>
/// Source: containers-registries.conf(5). A file that is named brings only the drop-ins beside it, so that a build is the same on every
/// machine; podman adds the system's.
/// </remarks>
internal static class RegistriesConfFiles
{
    /// <summary>The name for the files of the user or system.</summary>
    public const string System = "system";

    private const string Variable = "CONTAINERS_REGISTRIES_CONF";
    private const string SystemFile = "/etc/containers/registries.conf";
    private const long MostBytes = 1024 * 1024;
    private const int MostDropIns = 1000;

    /// <summary>Reads the files.</summary>
    /// <param name="wanted">A file, or <see cref="System"/>.</param>
    /// <param name="environment">The environment.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRegistriesConf"/>.</exception>
    public static RegistriesConf Read(string wanted, EnvironmentVariables environment)
    {
        RegistriesConfReader reader = new();
        foreach ((string path, bool isNeeded) in Files(wanted, environment))
        {
            if (isNeeded || File.Exists(path))
                reader.Add(path, ReadText(path));
        }

        return reader.ToConf();
    }

    private static IEnumerable<(string Path, bool IsNeeded)> Files(string wanted, EnvironmentVariables environment)
    {
        string? named = wanted == System ? environment.NonEmpty(Variable) : wanted;
        if (named is not null)
            return [(named, true), .. DropIns(named + ".d")];
        string? home = environment.NonEmpty("XDG_CONFIG_HOME") ?? (environment.Home is { } folder ? Path.Combine(folder, ".config") : null);
        string? own = home is null ? null : Path.Combine(home, "containers", "registries.conf");
        IEnumerable<(string, bool)> ownDropIns = own is null ? [] : DropIns(own + ".d");
        return own is not null && File.Exists(own) ? [(own, true), .. ownDropIns]
            : [(SystemFile, false), .. DropIns(SystemFile + ".d"), .. ownDropIns];
    }

    private static IEnumerable<(string, bool)> DropIns(string folder) => !Directory.Exists(folder) ? []
        : Directory.EnumerateFiles(folder, "*.conf").Take(MostDropIns).Order(StringComparer.Ordinal).Select(file => (file, true));

    private static string ReadText(string path)
    {
        string problem;
        Exception? cause = null;
        try
        {
            if (new FileInfo(path).Length <= MostBytes)
                return File.ReadAllText(path);
            problem = $"it has more than {MostBytes} bytes";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            (problem, cause) = (e is FileNotFoundException or DirectoryNotFoundException ? "it does not exist" : e.Message.TrimEnd('.'), e);
        }

        throw new AirgapException(
            ErrorCode.InvalidRegistriesConf, $"'{path}' cannot be used: {problem}.", "Name a registries.conf of podman.", cause)
        { Location = new SourceLocation(path) };
    }
}
