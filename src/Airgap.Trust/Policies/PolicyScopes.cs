using Airgap.Oci.Naming;

namespace Airgap.Trust.Policies;

/// <summary>The scopes of policy.json that contain an image, the most specific first.</summary>
internal static class PolicyScopes
{
    /// <summary>
    /// Reference, repository, its parents, host, domains, and the transport's own. If the host is not in its normalised spelling, the
    /// scopes of that spelling follow.
    /// </summary>
    public static IEnumerable<string> Of(ImageReference image)
    {
        string usual = NormalizedHost.Of(image.Repository.Registry);
        return [
            .. Below(image, image.Repository.Registry),
            .. usual == image.Repository.Registry ? [] : Below(image, usual),
            "",
        ];
    }

    /// <summary>The repository as policies write it: Docker Hub is docker.io there.</summary>
    public static string NameOf(RepositoryName repository) => NameOf(repository.Registry, repository.Path);

    private static string NameOf(string host, string path) => $"{(host == RepositoryName.DockerHub ? "docker.io" : host)}/{path}";

    private static IEnumerable<string> Below(ImageReference image, string host)
    {
        string name = NameOf(host, image.Repository.Path);
        yield return image.Digest is { } digest ? $"{name}@{digest}" : $"{name}:{image.Tag}";
        for (string rest = name; ; rest = rest[..rest.LastIndexOf('/')])
        {
            yield return rest;
            if (!rest.Contains('/'))
                break;
        }

        int port = host.LastIndexOf(':');
        string domain = host == RepositoryName.DockerHub
            ? "docker.io" : port > host.LastIndexOf(']') && port > 0 ? host[..port] : host;
        for (int dot = domain.IndexOf('.'); dot >= 0; dot = domain.IndexOf('.', dot + 1))
            yield return "*" + domain[dot..];
    }
}
