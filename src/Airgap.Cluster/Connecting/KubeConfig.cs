using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Yaml;
using k8s;
using k8s.KubeConfigModels;
using YamlDotNet.Core;

namespace Airgap.Cluster.Connecting;

/// <summary>
/// Finds the cluster as kubectl does: a file that is named, <c>KUBECONFIG</c>, <c>~/.kube/config</c>, or the pod's own account.
/// </summary>
internal static class KubeConfig
{
    private const string Advice =
        "Give --kubeconfig FILE and --context NAME, or set KUBECONFIG; 'kubectl config get-contexts' lists the contexts.";

    /// <summary>Reads it. An exec plugin of the context is started.</summary>
    /// <param name="file">A file; null for kubectl's places.</param>
    /// <param name="context">A context; null for the current one.</param>
    /// <param name="environment">Reads an environment variable; null for the process's.</param>
    /// <param name="account">The folder of a pod's account.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ClusterConfig"/>.</exception>
    public static ClusterTarget Read(
        string? file, string? context, Func<string, string?>? environment = null, string account = PodAccount.Folder)
    {
        environment ??= Environment.GetEnvironmentVariable;
        FileInfo[] files = Files(file, environment);
        string origin = string.Join(Path.PathSeparator, files.Select(found => found.FullName));
        try
        {
            if (files.Length > 0)
            {
                K8SConfiguration read = KubeConfigFiles.Merge(files, out IReadOnlyList<YamlNode> documents);
                if (context is null && string.IsNullOrEmpty(read.CurrentContext))
                    throw new AirgapException(ErrorCode.ClusterConfig, $"{origin} has no current context.", Advice);
                KubernetesClientConfiguration chosen = KubernetesClientConfiguration.BuildConfigFromConfigObject(read, context);
                string name = context ?? read.CurrentContext;
                string? cluster = read.Contexts?.FirstOrDefault(entry => entry.Name == name)?.ContextDetails?.Cluster;
                return Target(chosen, $"context {name} of {origin}", KubeConfigFiles.FindProxy(documents, cluster));
            }

            if (context is null && PodAccount.TryRead(environment, account) is { } pod)
                return pod;
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or AirgapException { Location: null }))
        {
            // The library throws any exception for a file with other content.
            throw new AirgapException(ErrorCode.ClusterConfig, $"The kubeconfig {origin} cannot be used: {Why(failure)}.", Advice, failure);
        }

        throw new AirgapException(
            ErrorCode.ClusterConfig,
            "There is no kubeconfig: neither KUBECONFIG nor ~/.kube/config names a file that exists, and this is not a pod.", Advice);
    }

    // A YAML error may quote the text, which may be a token, and some messages contain a stack.
    private static string Why(Exception failure) => failure switch
    {
        YamlException yaml => $"line {yaml.Start.Line} does not belong into one",
        AirgapException { Location: { } place } => $"line {place.Line} does not belong into one",
        InvalidCastException or NullReferenceException => "it contains something else",
        _ => failure.Message.Split('\n', 2)[0].Split(" ---> ", 2)[0].TrimEnd('.', '\r'),
    };

    // Missing files of KUBECONFIG are passed over, as kubectl does; a missing file that was named is not.
    private static FileInfo[] Files(string? file, Func<string, string?> environment)
    {
        if (file is not null)
        {
            return File.Exists(file)
                ? [new FileInfo(file)]
                : throw new AirgapException(ErrorCode.ClusterConfig, $"The kubeconfig {file} does not exist.", Advice);
        }

        string[] names = environment("KUBECONFIG") is { Length: > 0 } list
            ? list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            : [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")];
        return [.. names.Where(File.Exists).Select(name => new FileInfo(name))];
    }

    private static ClusterTarget Target(KubernetesClientConfiguration chosen, string origin, Uri? proxy = null) => new()
    {
        Server = Address(chosen.Host),
        Namespace = string.IsNullOrEmpty(chosen.Namespace) ? "default" : chosen.Namespace,
        Origin = origin,
        Authorities = chosen.SslCaCerts is { Count: > 0 } authorities ? authorities : null,
        SkipVerification = chosen.SkipTlsVerify,
        Proxy = proxy,
        ServerName = ServerName(chosen.TlsServerName),
        ClientCertificate = Certificate(chosen),
        Authorization = Authorization(chosen),
    };

    // Without a scheme, a path of this machine is an address, too.
    private static Uri Address(string host) => new Uri(host.TrimEnd('/') + "/") is { Scheme: "http" or "https" } server
        ? new UriBuilder(server) { UserName = "", Password = "", Query = "", Fragment = "" }.Uri
        : throw new FormatException("its server is not an address that begins with https:// or http://");

    private static string? ServerName(string? name) => string.IsNullOrEmpty(name) ? null
        : Uri.CheckHostName(name) == UriHostNameType.Unknown ? throw new FormatException("its tls-server-name is not a host name")
        : name;

    private static Func<CancellationToken, Task<AuthenticationHeaderValue?>>? Authorization(KubernetesClientConfiguration chosen)
    {
        if (chosen.TokenProvider is { } provider)
            return async cancellationToken => await provider.GetAuthenticationHeaderAsync(cancellationToken);
        if (!string.IsNullOrEmpty(chosen.AccessToken))
            return _ => Task.FromResult<AuthenticationHeaderValue?>(new AuthenticationHeaderValue("Bearer", chosen.AccessToken));
        if (string.IsNullOrEmpty(chosen.Username))
            return null;
        string basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{chosen.Username}:{chosen.Password}"));
        return _ => Task.FromResult<AuthenticationHeaderValue?>(new AuthenticationHeaderValue("Basic", basic));
    }

    private static X509Certificate2? Certificate(KubernetesClientConfiguration chosen)
    {
        string? certificate = Pem(chosen.ClientCertificateData, chosen.ClientCertificateFilePath);
        string? key = Pem(chosen.ClientCertificateKeyData, chosen.ClientKeyFilePath);
        if (certificate is null || key is null)
            return null;
        X509Certificate2 made = X509Certificate2.CreateFromPem(certificate, key);
        if (!OperatingSystem.IsWindows())
            return made;
        // Windows does not send a certificate whose key lives in memory alone.
        using (made)
            return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }

    private static string? Pem(string? data, string? file)
    {
        if (!string.IsNullOrEmpty(data))
            return data.Contains("-----BEGIN", StringComparison.Ordinal) ? data : Encoding.UTF8.GetString(Convert.FromBase64String(data));
        return string.IsNullOrEmpty(file) ? null : File.ReadAllText(file);
    }
}
