using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.Transfer.Yaml;

namespace Airgap.Cluster.Connecting;

/// <summary>A cluster of a kubeconfig.</summary>
/// <param name="part">Its fields.</param>
/// <remarks>Source: Kubernetes documentation, "kubeconfig (v1)".</remarks>
internal sealed class KubeConfigCluster(KubeConfigPart part)
{
    private const string Extension = "client.authentication.k8s.io/exec";

    /// <summary>The server's address.</summary>
    /// <exception cref="FormatException">It is missing or invalid.</exception>
    public Uri Server =>
        Uri.TryCreate((part.Text("server") ?? "").TrimEnd('/') + "/", UriKind.Absolute, out Uri? server)
        && server is { Scheme: "http" or "https" }
            ? new UriBuilder(server) { UserName = "", Password = "", Query = "", Fragment = "" }.Uri
            : throw new FormatException("its server is not an address that begins with https:// or http://");

    /// <summary>The expected name in the certificate; null for the host of the address.</summary>
    /// <exception cref="FormatException">It is not a host name.</exception>
    public string? ServerName => part.Text("tls-server-name") is not { } name ? null
        : Uri.CheckHostName(name) == UriHostNameType.Unknown ? throw new FormatException("its tls-server-name is not a host name")
        : name;

    /// <summary>True to trust any certificate.</summary>
    public bool SkipVerification => part.Flag("insecure-skip-tls-verify");

    /// <summary>The trusted authorities; null for the machine's.</summary>
    /// <exception cref="FormatException">It contains no certificate.</exception>
    public X509Certificate2Collection? Authorities
    {
        get
        {
            if (part.Pem("certificate-authority") is not { } pem)
                return null;
            X509Certificate2Collection authorities = [];
            authorities.ImportFromPem(pem);
            return authorities.Count > 0 ? authorities : throw new FormatException("its certificate-authority holds no certificate");
        }
    }

    /// <summary>The proxy; null for those of the environment.</summary>
    /// <exception cref="FormatException">It is not a proxy's address.</exception>
    public Uri? Proxy => part.Text("proxy-url") is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out Uri? proxy) && proxy.Scheme is "http" or "https" or "socks5" ? proxy
        : throw new FormatException("the proxy-url of its cluster is not an address of a proxy (http, https or socks5)");

    /// <summary>The cluster's description for a plugin.</summary>
    public JsonObject Describe()
    {
        JsonObject told = new() { ["server"] = part.Text("server"), ["insecure-skip-tls-verify"] = SkipVerification };
        if (ServerName is { } name)
            told["tls-server-name"] = name;
        if (part.Pem("certificate-authority") is { } pem)
            told["certificate-authority-data"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(pem));
        if (part.Text("proxy-url") is { } proxy)
            told["proxy-url"] = proxy;
        YamlNode? config = part.Items("extensions").Where(entry => YamlLookup.Text(entry, "name") == Extension)
            .Select(entry => YamlLookup.Find(entry, "extension")).FirstOrDefault();
        if (config is not null)
            told["config"] = JsonNode.Parse(
                YamlJson.Convert(config, new YamlContext(part.Folder, ErrorCode.ClusterConfig, ""), 0).GetRawText());
        return told;
    }
}
