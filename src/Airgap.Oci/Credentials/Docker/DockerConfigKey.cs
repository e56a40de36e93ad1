using Airgap.Oci.Naming;

namespace Airgap.Oci.Credentials.Docker;

/// <summary>
/// The keys of a docker config. Docker writes a bare host, or a URL for Docker Hub; podman writes a host with or
/// without a path; older tools a URL with <c>/v1/</c>. All are normalised to <c>host</c> or <c>host/path</c>.
/// </summary>
internal static class DockerConfigKey
{
    /// <summary>Docker Hub's name for credential helpers and in docker's own configs.</summary>
    public const string DockerHubUrl = "https://index.docker.io/v1/";

    /// <summary>The normalised form of a key.</summary>
    /// <param name="key">As written.</param>
    /// <param name="isCanonical">True when docker itself would write the key like this: it takes precedence over other
    /// spellings of the same host.</param>
    public static string Normalize(string key, out bool isCanonical)
    {
        string text = key.Trim();
        bool isUrl = false;
        foreach (string scheme in (ReadOnlySpan<string>)["https://", "http://"])
        {
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                isUrl = true;
                text = text[scheme.Length..];
                break;
            }
        }

        text = text.TrimEnd('/');
        int slash = text.IndexOf('/');
        string host = slash < 0 ? text : text[..slash];
        string path = slash < 0 ? "" : text[(slash + 1)..];
        // A URL's path is a server endpoint, not a repository: docker uses only its host.
        if (isUrl || path is "v1" or "v2")
            path = "";
        if (host.ToLowerInvariant() is "docker.io" or "registry-1.docker.io")
            host = RepositoryName.DockerHub;
        string normal = path.Length == 0 ? host : $"{host}/{path}";
        isCanonical = key == normal || key == DockerHubUrl;
        return normal;
    }

    /// <summary>The possible keys of a repository's credentials, the longest first, the host last.</summary>
    public static IEnumerable<string> CandidatesFor(RepositoryName repository)
    {
        string path = repository.Path;
        while (path.Length > 0)
        {
            yield return $"{repository.Registry}/{path}";
            path = path[..Math.Max(path.LastIndexOf('/'), 0)];
        }

        yield return repository.Registry;
    }

    /// <summary>The server name to pass to a helper.</summary>
    public static string ToServer(string key) => key == RepositoryName.DockerHub ? DockerHubUrl : key;
}
