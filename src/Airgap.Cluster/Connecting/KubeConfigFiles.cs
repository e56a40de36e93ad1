using Airgap.Oci;
using Airgap.Transfer.Yaml;
using k8s;
using k8s.KubeConfigModels;

namespace Airgap.Cluster.Connecting;

/// <summary>Several kubeconfig files as one: of two entries of one name the first counts, as for kubectl.</summary>
internal static class KubeConfigFiles
{
    // Real kubeconfigs, with certificates and credentials, stay below a tenth of this.
    private const int MostBytes = 16 * 1024 * 1024;

    /// <summary>Reads files, each once, and joins them. Relative paths in each start from its folder.</summary>
    /// <param name="files">The files.</param>
    /// <param name="documents">What our own reader made of them, in their order.</param>
    /// <exception cref="FormatException">One is empty, or too large.</exception>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ClusterConfig"/>: one is not YAML, at a place that it gives. Its words may
    /// quote a credential.</exception>
    public static K8SConfiguration Merge(IEnumerable<FileInfo> files, out IReadOnlyList<YamlNode> documents)
    {
        List<YamlNode> all = [];
        K8SConfiguration? merged = null;
        foreach (FileInfo file in files)
        {
            K8SConfiguration read = Read(file, all);
            Absolute(read, file.DirectoryName!);
            merged = merged is null ? read : Join(merged, read);
        }

        documents = all;
        return merged!;
    }

    /// <summary>The proxy of a cluster, which the client's own reader passes over; null for none.</summary>
    /// <exception cref="FormatException">It is not a proxy's address.</exception>
    public static Uri? FindProxy(IEnumerable<YamlNode> documents, string? cluster)
    {
        YamlNode? found = documents.SelectMany(document => YamlLookup.Find(document, "clusters") is YamlSequence list ? list.Items : [])
            .FirstOrDefault(entry => YamlLookup.Text(entry, "name") == cluster);
        if (found is null || YamlLookup.Text(found, "cluster", "proxy-url") is not { } text)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? proxy) && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : throw new FormatException($"the proxy-url of the cluster {cluster} is not an address of a proxy (http, https or socks5)");
    }

    // Our own reader goes first: its limits hold, and the library's cost grows with the square of the depth.
    private static K8SConfiguration Read(FileInfo file, List<YamlNode> documents)
    {
        byte[] bytes = Bytes(file);
        documents.AddRange(YamlReader.ReadDocuments(bytes, new YamlContext(file.FullName, ErrorCode.ClusterConfig, "")));
        K8SConfiguration read = KubernetesClientConfiguration.LoadKubeConfig(new MemoryStream(bytes))
            ?? throw new FormatException($"{file.FullName} is empty");
        read.FileName = file.FullName;
        return read;
    }

    // It may be a pipe, which has no length and is read once.
    private static byte[] Bytes(FileInfo file)
    {
        using FileStream stream = file.OpenRead();
        using MemoryStream bytes = new();
        byte[] buffer = new byte[64 * 1024];
        while (stream.Read(buffer) is > 0 and int count)
        {
            bytes.Write(buffer, 0, count);
            if (bytes.Length > MostBytes)
                throw new FormatException($"it has more than {MostBytes / (1024 * 1024)} MiB");
        }

        return bytes.ToArray();
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
