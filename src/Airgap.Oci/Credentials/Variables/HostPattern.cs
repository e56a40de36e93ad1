using System.Diagnostics.CodeAnalysis;
using System.Net;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Credentials.Variables;

/// <summary>
/// The registries and repositories that an <c>IMGPKG_REGISTRY_HOSTNAME</c> matches: a host with wildcards in its
/// labels, the exact port, and an optional path prefix.
/// </summary>
internal sealed class HostPattern
{
    private readonly string _host;
    private readonly string _port;
    private readonly string _path;

    private HostPattern(string host, string port, string path)
    {
        _host = host;
        _port = port;
        _path = path;
    }

    /// <summary>Host, port and path as one text, by which imgpkg orders the sets.</summary>
    public string Key => (_port.Length > 0 ? $"{_host}:{_port}" : _host) + _path;

    /// <summary>
    /// Reads a pattern; a leading scheme, and <c>/v1/</c> or <c>/v2/</c> after the host, are accepted and ignored.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HostPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        string rest = WithoutScheme(text.Trim());
        int slash = rest.IndexOf('/');
        string path = slash < 0 ? "" : rest[slash..];
        string authority = slash < 0 ? rest : rest[..slash];
        if (authority.Contains('@'))
        {
            problem = "it must not contain a user name";
            return false;
        }

        if (path.StartsWith("/v1/", StringComparison.Ordinal) || path.StartsWith("/v2/", StringComparison.Ordinal))
            path = path[3..];
        if (path == "/")
            path = "";
        (string host, string port) = SplitPort(authority);
        problem = HostProblem(host, port);
        if (problem is not null)
            return false;
        // As in references, all three names mean Docker Hub.
        if (port.Length == 0 && host.ToLowerInvariant() is "docker.io" or "registry-1.docker.io")
            host = RepositoryName.DockerHub;
        pattern = new HostPattern(host, port, path);
        return true;
    }

    /// <summary>True when the repository matches.</summary>
    public bool Matches(RepositoryName repository)
    {
        (string host, string port) = SplitPort(repository.Registry);
        if (port != _port || !("/" + repository.Path).StartsWith(_path, StringComparison.Ordinal))
            return false;
        if (host.StartsWith('['))
            return string.Equals(host, _host, StringComparison.OrdinalIgnoreCase);
        string[] labels = host.Split('.');
        string[] globs = _host.Split('.');
        if (labels.Length != globs.Length)
            return false;
        for (int i = 0; i < labels.Length; i++)
        {
            if (!Glob.IsMatch(globs[i], labels[i]))
                return false;
        }

        return true;
    }

    private static string WithoutScheme(string text)
    {
        foreach (string scheme in (ReadOnlySpan<string>)["https://", "http://"])
        {
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                return text[scheme.Length..];
        }

        return text;
    }

    // The last colon precedes the port, unless it is inside the brackets of an IPv6 address.
    private static (string Host, string Port) SplitPort(string authority)
    {
        int colon = authority.LastIndexOf(':');
        return colon < 0 || authority.IndexOf(']', colon) >= 0 ? (authority, "") : (authority[..colon], authority[(colon + 1)..]);
    }

    private static string? HostProblem(string host, string port)
    {
        if (host.Length == 0)
            return "it has no host";
        if (port.AsSpan().ContainsAnyExcept("0123456789"))
            return "its port is not a number";
        if (IsIPv6(host))
            return null;
        if (host.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_*?[]^"))
            return "it is not a host";
        foreach (string label in host.Split('.'))
        {
            if (!Glob.IsValid(label))
                return "a '[' in it is not closed within its label";
        }

        return null;
    }

    private static bool IsIPv6(string host) => host is ['[', .., ']'] && IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out _);
}
