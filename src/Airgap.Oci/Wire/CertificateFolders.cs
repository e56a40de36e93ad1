namespace Airgap.Oci.Wire;

/// <summary>
/// The folders with certificates for single hosts, as docker and podman use them: <c>certs.d/HOST[:PORT]</c>. Only the first folder that
/// exists for a host is used.
/// </summary>
/// <remarks>Source: docker's "Verify repository client with certificates"; containers-certs.d(5).</remarks>
internal sealed class CertificateFolders
{
    /// <summary>The environment variable that names the only folder to search.</summary>
    public const string Variable = "AIRGAP_CERTS_DIR";

    private const string DockerHub = "index.docker.io";

    private readonly string[] _roots;

    /// <param name="given">The only folder, as the user named it; null for the default ones.</param>
    /// <param name="environment">The environment.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidHostCertificates"/>: the named folder does not exist.</exception>
    public CertificateFolders(string? given, EnvironmentVariables environment)
    {
        string? only = given ?? environment.NonEmpty(Variable);
        if (only is not null && !Directory.Exists(only))
        {
            throw new AirgapException(
                ErrorCode.InvalidHostCertificates,
                $"The folder of certificates '{only}'{(given is null ? $" of {Variable}" : "")} does not exist.",
                "Name a folder that has a folder HOST or HOST:PORT for each registry.");
        }

        _roots = only is not null ? [only] : [.. Defaults(environment)];
    }

    /// <summary>The folder of a host; null when it has none.</summary>
    /// <param name="uri">An address of the host.</param>
    public string? Find(Uri uri)
    {
        foreach (string root in _roots)
        {
            foreach (string name in NamesOf(uri))
            {
                string folder = Path.Combine(root, name);
                if (Directory.Exists(folder))
                    return folder;
            }
        }

        return null;
    }

    private static IEnumerable<string> NamesOf(Uri uri)
    {
        string host = uri.Authority.ToLowerInvariant();
        IEnumerable<string> names = host == DockerHub ? [host, "docker.io"] : [host];
        if (uri.IsDefaultPort)
            names = [.. names, $"{host}:{uri.Port}"];
        return names.Where(static name => name is not ("." or "..") && name.AsSpan().IndexOfAny('/', '\\') < 0)

            // As docker does, because Windows allows no colon in a name.
            .Select(static name => OperatingSystem.IsWindows() ? name.Replace(":", "", StringComparison.Ordinal) : name);
    }

    private static IEnumerable<string> Defaults(EnvironmentVariables environment)
    {
        if (OperatingSystem.IsWindows())
        {
            if (environment.NonEmpty("ProgramData") is { } data)
                yield return Path.Combine(data, "docker", "certs.d");
            yield break;
        }

        string? configuration = environment.NonEmpty("XDG_CONFIG_HOME")
            ?? (environment.Home is { } home ? Path.Combine(home, ".config") : null);
        if (configuration is not null)
        {
            yield return Path.Combine(configuration, "containers", "certs.d");
            yield return Path.Combine(configuration, "docker", "certs.d");
        }

        if (OperatingSystem.IsMacOS() && environment.Home is { } own)
            yield return Path.Combine(own, ".docker", "certs.d");
        yield return "/etc/containers/certs.d";
        yield return "/etc/docker/certs.d";
    }
}
