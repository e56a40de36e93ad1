using Airgap.Oci.Naming;

namespace Airgap.Trust.Policies;

/// <summary>The scopes of policy.json that hold an image, the most specific first.</summary>
internal static class PolicyScopes
{
    /// <summary>Reference, repository, its parents, host, domains, and the transport's own.</summary>
    public static IEnumerable<string> Of(ImageReference image)
    {
        string name = NameOf(image.Repository);
        yield return image.Digest is { } digest ? $"{name}@{digest}" : $"{name}:{image.Tag}";
        for (string rest = name; ; rest = rest[..rest.LastIndexOf('/')])
        {
            yield return rest;
            if (!rest.Contains('/'))
                break;
        }

        string host = image.Repository.Registry;
        int port = host.LastIndexOf(':');
        string domain = image.Repository.Registry == RepositoryName.DockerHub
            ? "docker.io" : port > host.LastIndexOf(']') && port > 0 ? host[..port] : host;
        for (int dot = domain.IndexOf('.'); dot >= 0; dot = domain.IndexOf('.', dot + 1))
            yield return "*" + domain[dot..];
        yield return "";
    }

    /// <summary>The repository as policies write it: Docker Hub is docker.io there.</summary>
    public static string NameOf(RepositoryName repository) =>
        repository.Registry == RepositoryName.DockerHub ? $"docker.io/{repository.Path}" : repository.ToString();
}
