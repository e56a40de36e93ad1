namespace Airgap.Oci.Naming;

/// <summary>
/// One spelling of a registry's host. A rule for a registry must apply to every spelling of its host: DNS ignores case and a dot at the
/// end, https has a default port, and Docker Hub has several names.
/// </summary>
internal static class NormalizedHost
{
    /// <summary>The spelling in which hosts are compared.</summary>
    /// <param name="registry">Host and optional port.</param>
    public static string Of(string registry)
    {
        string host = registry.ToLowerInvariant();
        int colon = host.LastIndexOf(':');
        string port = colon > host.LastIndexOf(']') ? host[colon..] : "";
        host = host[..^port.Length].TrimEnd('.') + (port == ":443" ? "" : port);
        return host is "docker.io" or "registry-1.docker.io" ? RepositoryName.DockerHub : host;
    }
}
