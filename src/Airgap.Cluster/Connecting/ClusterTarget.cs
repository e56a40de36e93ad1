using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Airgap.Cluster.Connecting;

/// <summary>A cluster's API and the user of the requests. Never shown completely: it contains credentials.</summary>
internal sealed class ClusterTarget
{
    /// <summary>The API server's address.</summary>
    public required Uri Server { get; init; }

    /// <summary>The address without a password, for messages.</summary>
    public string Address => Server.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>The namespace of the context; <c>default</c> if it names none.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>Its origin, for messages: <c>context CONTEXT of FILE</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>True for the account of the pod that the program runs in: there is no kubeconfig to look at.</summary>
    public bool IsPod { get; init; }

    /// <summary>The trusted authorities; null for the machine's.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>True to trust any certificate (<c>insecure-skip-tls-verify</c>).</summary>
    public bool SkipVerification { get; init; }

    /// <summary>The name that the server's certificate has; null for the host of <see cref="Server"/>.</summary>
    public string? ServerName { get; init; }

    /// <summary>The client's certificate with its key; null for none.</summary>
    public Func<SslStreamCertificateContext>? ClientCertificate { get; init; }

    /// <summary>The program that supplies the credentials; null for none.</summary>
    public ExecPlugin? Plugin { get; init; }

    /// <summary>The headers that impersonate another user.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Impersonation { get; init; } = [];

    /// <summary>
    /// The <c>Authorization</c> header of a request; null for none. It may start a program, and is called before each request.
    /// </summary>
    public Func<CancellationToken, Task<AuthenticationHeaderValue?>>? Authorization { get; init; }

    /// <summary>The proxy of the kubeconfig's <c>proxy-url</c>; null for those that the environment names.</summary>
    public Uri? Proxy { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Origin;
}
