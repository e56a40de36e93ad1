using Airgap.Oci;
using Airgap.Transfer.Yaml;
using k8s;
using k8s.KubeConfigModels;

namespace Airgap.Cluster.Connecting;

/// <summary>Several kubeconfig files as one: of two entries of one name the first counts, as for kubectl.</summary>
internal static class KubeConfigFiles
{
    /// <summary>Reads files and joins them. Relative paths in each start from its folder.</summary>
    public static K8SConfiguration Merge(IEnumerable<FileInfo> files)
    {
        K8SConfiguration? merged = null;
        foreach (FileInfo file in files)
        {
            K8SConfiguration read = KubernetesClientConfiguration.LoadKubeConfig(file, useRelativePaths: true)
                ?? throw new FormatException($"{file.FullName} is empty");
            Absolute(read, file.DirectoryName!);
            merged = merged is null ? read : Join(merged, read);
        }

        return merged!;
    }

    /// <summary>The proxy of a cluster, which the client's own reader passes over; null for none.</summary>
    /// <exception cref="FormatException">It is not a proxy's address.</exception>
    /// <exception cref="AirgapException">A file is not YAML.</exception>
    public static Uri? FindProxy(IEnumerable<FileInfo> files, string? cluster)
    {
        foreach (FileInfo file in files)
        {
            YamlContext context = new(file.FullName, ErrorCode.ClusterConfig, "See that it is a kubeconfig.");
            IEnumerable<YamlNode> clusters = YamlReader.ReadDocuments(File.ReadAllBytes(file.FullName), context).SelectMany(document => YamlLookup.Find(document, "clusters") is YamlSequence list ? list.Items : []);
            if (clusters.FirstOrDefault(entry => YamlLookup.Text(entry, "name") == cluster) is not { } found)
                continue;
            if (YamlLookup.Text(found, "cluster", "proxy-url") is not { } text)
                return null;
            return Uri.TryCreate(text, UriKind.Absolute, out Uri? proxy) && proxy.Scheme is "http" or "https" or "socks5"
                ? proxy
                : throw new FormatException($"the proxy-url of the cluster {cluster} is not an address of a proxy (http, https or socks5)");
        }

        return null;
    }

    private static K8SConfiguration Join(K8SConfiguration first, K8SConfiguration second)
    {
        first.CurrentContext = string.IsNullOrEmpty(first.CurrentContext) ? second.CurrentContext : first.CurrentContext;
        first.Contexts = [.. (first.Contexts ?? []).Concat(second.Contexts ?? []).DistinctBy(entry => entry.Name, StringComparer.Ordinal)];
        first.Clusters = [.. (first.Clusters ?? []).Concat(second.Clusters ?? []).DistinctBy(entry => entry.Name, StringComparer.Ordinal)];
        first.Users = [.. (first.Users ?? []).Concat(second.Users ?? []).DistinctBy(entry => entry.Name, StringComparer.Ordinal)];
        return first;
    }

    private static void Absolute(K8SConfiguration read, string folder)
    {
        foreach (k8s.KubeConfigModels.Cluster cluster in read.Clusters ?? [])
        {
            if (cluster.ClusterEndpoint is { } endpoint)
                endpoint.CertificateAuthority = Absolute(endpoint.CertificateAuthority, folder);
        }

        foreach (User user in read.Users ?? [])
        {
            if (user.UserCredentials is not { } credentials)
                continue;
            credentials.ClientCertificate = Absolute(credentials.ClientCertificate, folder);
            credentials.ClientKey = Absolute(credentials.ClientKey, folder);
        }
    }

    private static string Absolute(string path, string folder) => string.IsNullOrEmpty(path) ? path : Path.Combine(folder, path);
}
