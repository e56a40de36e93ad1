using System.Diagnostics.CodeAnalysis;

namespace Airgap.Oci.Naming;

/// <summary>
/// A repository of a registry: host, optional port, and path, such as <c>registry.local:5000/apps/frontend</c>.
/// Names of Docker Hub are normalised: <c>ubuntu</c> is <c>index.docker.io/library/ubuntu</c>.
/// </summary>
/// <remarks>Source: OCI distribution specification, "Pulling manifests" (the name's grammar).</remarks>
public sealed record RepositoryName
{
    /// <summary>The host name under which Docker Hub's images are recorded.</summary>
    public const string DockerHub = "index.docker.io";

    internal RepositoryName(string registry, string path)
    {
        Registry = registry;
        Path = path;
    }

    /// <summary>Host and optional port, such as <c>registry.local:5000</c>, <c>[::1]:5000</c> or <c>index.docker.io</c>.</summary>
    public string Registry { get; }

    /// <summary>The path, such as <c>apps/frontend</c>.</summary>
    public string Path { get; }

    /// <summary>The last segment of the path.</summary>
    public string LastSegment => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>Reads a repository.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRepository"/>.</exception>
    public static RepositoryName Parse(string text) => TryParse(text, out RepositoryName? name, out string? problem)
        ? name
        : throw new AirgapException(
            ErrorCode.InvalidRepository, $"'{UserInfo.Hide(text)}' is not a repository: {problem}.",
            "Write HOST[:PORT]/PATH, without a tag or digest.");

    /// <summary>Reads a repository.</summary>
    /// <param name="text">Such as <c>registry.local:5000/apps/frontend</c>.</param>
    /// <param name="name">The repository, or null.</param>
    /// <param name="problem">Why the text is invalid, as the end of a sentence; null on success.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out RepositoryName? name, [NotNullWhen(false)] out string? problem)
    {
        name = null;
        if (UserInfo.IsRefused(text, out problem))
            return false;

        if (text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            problem = "it must not start with http:// or https://";
            return false;
        }

        // The form in which other tools write references: docker://host/path.
        if (text.IndexOf("://", StringComparison.Ordinal) is > 0 and int scheme
            && text.AsSpan(0, scheme).IndexOfAnyExceptInRange('!', '~') < 0)
        {
            problem = $"it must not start with {text[..scheme]}://";
            return false;
        }

        int slash = text.IndexOf('/');
        string registry = DockerHub;
        string path = text;
        if (slash > 0 && IsHost(text.AsSpan(0, slash)))
        {
            registry = text[..slash];
            path = text[(slash + 1)..];
        }

        if (registry is "docker.io" or "registry-1.docker.io")
            registry = DockerHub;
        if (registry == DockerHub && !path.Contains('/'))
            path = "library/" + path;
        problem = HostProblem(registry) ?? PathProblem(path);
        if (problem is not null)
            return false;
        name = new RepositoryName(registry, path);
        return true;
    }

    /// <summary><c>registry/path</c>.</summary>
    public override string ToString() => $"{Registry}/{Path}";

    // Docker's rule: the first segment is a host if it could not be a path segment of Docker Hub.
    private static bool IsHost(ReadOnlySpan<char> segment) =>
        segment.Contains('.') || segment.Contains(':') || segment is "localhost";

    private static string? HostProblem(string registry)
    {
        ReadOnlySpan<char> host = registry;
        ReadOnlySpan<char> port = default;
        bool hasPort = false;
        if (host is ['[', ..])
        {
            int close = host.IndexOf(']');
            if (close < 0 || !System.Net.IPAddress.TryParse(host[1..close], out _))
                return $"'{registry}' is not a host";
            ReadOnlySpan<char> rest = host[(close + 1)..];
            if (rest.Length > 0 && rest[0] != ':')
                return $"'{registry}' is not a host";
            hasPort = rest.Length > 0;
            port = hasPort ? rest[1..] : default;
        }
        else
        {
            int colon = host.IndexOf(':');
            if (colon >= 0)
            {
                hasPort = true;
                port = host[(colon + 1)..];
                host = host[..colon];
            }

            if (host.IsEmpty || host.ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"))
                return $"'{registry}' is not a host";
        }

        if (hasPort && (!int.TryParse(port, System.Globalization.NumberStyles.None, null, out int number) || number is < 1 or > 65535))
            return $"'{port}' is not a port";
        return null;
    }

    private static string? PathProblem(string path)
    {
        if (path.Length is 0 or > 255)
            return "its path must have 1 to 255 characters";
        if (path.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789_-./"))
        {
            return path.Any(char.IsAsciiLetterUpper)
                ? "its path must be lower case"
                : "its path may contain only lower-case letters, digits, '.', '_', '-' and '/'";
        }

        foreach (string segment in path.Split('/'))
        {
            if (segment.Length == 0)
                return "its path has an empty segment";
            if (!char.IsAsciiLetterOrDigit(segment[0]) || !char.IsAsciiLetterOrDigit(segment[^1]))
                return $"the path segment '{segment}' must start and end with a letter or digit";
        }

        return null;
    }
}
