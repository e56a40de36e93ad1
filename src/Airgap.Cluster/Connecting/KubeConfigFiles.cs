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
