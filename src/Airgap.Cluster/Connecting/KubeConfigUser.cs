using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using Airgap.Transfer.Yaml;

namespace Airgap.Cluster.Connecting;

/// <summary>A user of a kubeconfig, with the credentials that kubectl would use.</summary>
/// <remarks>Source: Kubernetes documentation, "kubeconfig (v1)", and "Authenticating", user impersonation.</remarks>
internal sealed class KubeConfigUser
{
    private readonly KubeConfigPart _part;

    /// <summary>Reads the user.</summary>
    /// <param name="part">Its fields.</param>
    /// <param name="cluster">The cluster, which a plugin may need to know.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="FormatException">It cannot be used.</exception>
    public KubeConfigUser(KubeConfigPart part, KubeConfigCluster cluster, Func<string, string?> environment)
    {
        _part = part;
        if (part.Part("exec") is { } exec)
            Plugin = ExecPlugin.Of(exec, cluster, environment);
        else if (part.Part("auth-provider") is { } provider)
            throw new FormatException(
                $"its user logs in by the auth-provider {provider.Text("name")}, which kubectl no longer knows either: use an exec plugin");
        Certificate = ReadCertificate();
        Impersonation = [.. Impersonated()];
        // An HTTP client omits a header that it cannot send, and the user would act without impersonation.
        if (Impersonation.Any(header => !HeaderLines.CanSend(header.Value)))
            throw new FormatException("its user impersonates a name with a control character");
        Authorization = part.File("tokenFile") is { } file ? Of(new RotatedToken(file, part.Text("token")))
            : part.Text("token") is { } token ? _ => Task.FromResult<AuthenticationHeaderValue?>(Bearer(token))
            : part.Text("username") is { } name ? _ => Task.FromResult<AuthenticationHeaderValue?>(Basic(name, part.Text("password") ?? ""))
            : Plugin is { } plugin ? plugin.AuthorizeAsync
            : null;
    }

    /// <summary>The plugin that supplies the credentials; null for none.</summary>
    public ExecPlugin? Plugin { get; }

    /// <summary>The client's certificate with its key, read again when its files change; null for none.</summary>
    public Func<SslStreamCertificateContext>? Certificate { get; }

    /// <summary>The <c>Authorization</c> header of a request; null for none.</summary>
    public Func<CancellationToken, Task<AuthenticationHeaderValue?>>? Authorization { get; }

    /// <summary>The headers of impersonation.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Impersonation { get; }

    private static AuthenticationHeaderValue Bearer(string token) => new("Bearer", token);

    private static AuthenticationHeaderValue Basic(string name, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));

    private static Func<CancellationToken, Task<AuthenticationHeaderValue?>> Of(RotatedToken token) => _ => token.AuthorizeAsync();

    private Func<SslStreamCertificateContext>? ReadCertificate()
    {
        string? certificate = _part.Pem("client-certificate");
        string? key = _part.Pem("client-key");
        if ((certificate is null) != (key is null))
            throw new FormatException(
                $"its user has a client-{(key is null ? "certificate and no client-key" : "key and no client-certificate")}");
        return certificate is null ? null : new RotatedCertificate(
            () => (_part.Pem("client-certificate")!, _part.Pem("client-key")!)).Current;
    }

    private IEnumerable<KeyValuePair<string, string>> Impersonated()
    {
        List<KeyValuePair<string, string>> others = [];
        if (_part.Text("as-uid") is { } uid)
            others.Add(new("Impersonate-Uid", uid));
        others.AddRange(Texts(_part.Items("as-groups")).Select(group => KeyValuePair.Create("Impersonate-Group", group)));
        if (YamlLookup.Find(_part.Node, "as-user-extra") is YamlMapping extra)
        {
            foreach ((YamlScalar key, YamlNode values) in extra.Entries)
                others.AddRange(Texts(values is YamlSequence list ? list.Items : []).Select(
                    value => KeyValuePair.Create($"Impersonate-Extra-{Uri.EscapeDataString(key.Text)}", value)));
        }

        if (_part.Text("as") is { } name)
            return [new("Impersonate-User", name), .. others];
        // Without a name, the cluster would not impersonate.
        return others.Count == 0
            ? others : throw new FormatException("its user impersonates a uid, groups or extra fields without a user name ('as')");
    }

    private static IEnumerable<string> Texts(IEnumerable<YamlNode> items) => items.OfType<YamlScalar>().Select(item => item.Text);
}
