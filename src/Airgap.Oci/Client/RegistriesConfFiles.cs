using Airgap.Oci.Files;
using Airgap.Oci.Mirrors;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Client;

/// <summary>Finds the files of registries.conf in the same locations as podman.</summary>
/// <remarks>
/// Source: containers-registries.conf(5). With a named file, only the drop-ins beside it are read, so that a build is the same on every
/// machine; podman adds the system's.
/// </remarks>
internal static class RegistriesConfFiles
{
    /// <summary>The name that stands for the files of the user or system.</summary>
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

    private static IEnumerable<(string, bool)> DropIns(string folder)
    {
        try
        {
            return !Directory.Exists(folder) ? []
                : [.. Directory.GetFiles(folder, "*.conf").Order(StringComparer.Ordinal).Take(MostDropIns).Select(file => (file, true))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(folder, e.Message.TrimEnd('.'), e);
        }
    }

    private static string ReadText(string path)
    {
        string problem;
        Exception? cause = null;
        try
        {
            FileKind kind = FileFacts.Of(path, followsLinks: true).Kind;
            if (kind == FileKind.Regular && new FileInfo(path).Length <= MostBytes)
                return File.ReadAllText(path);
            problem = kind switch
            {
                FileKind.Regular => $"it has more than {MostBytes} bytes",
                FileKind.None => "it does not exist",
                _ => "it is not a regular file",
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            (problem, cause) = (e is FileNotFoundException or DirectoryNotFoundException ? "it does not exist" : e.Message.TrimEnd('.'), e);
        }

        throw Unusable(path, problem, cause);
    }

    private static AirgapException Unusable(string path, string problem, Exception? cause) => new(
        ErrorCode.InvalidRegistriesConf, $"'{path}' cannot be used: {problem}.", "Name a registries.conf of podman.", cause)
    { Location = new SourceLocation(path) };
}
