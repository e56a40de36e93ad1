using System.Net;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci;
using Airgap.Registry.Archives;
using Airgap.Registry.Storage;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry;

/// <summary>How a registry is to run.</summary>
public sealed record RegistryServerOptions
{
    /// <summary>
    /// The archives to serve, read only, in the order in which they would be imported; empty to serve <see cref="Folder"/>.
    /// </summary>
    public IReadOnlyList<ArchiveToServe> Archives { get; init; } = [];

    /// <summary>Stands before the names of the archives' repositories, such as <c>apps</c>; empty for nothing.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// The folder that holds the content, in the layout of docker-registry's file system storage: either program can serve it.
    /// It is made when it does not exist, unless <see cref="ReadOnly"/> is set.
    /// </summary>
    public string Folder { get; init; } = "";

    /// <summary>Address and port to listen on; port 0 takes a free one. The default is port 5000, for this machine only.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 5000);

    /// <summary>
    /// The DNS names under which clients reach the registry, beside <c>localhost</c>, the machine's name, the names in
    /// <see cref="Certificate"/> and every IP address. A request under any other name is refused: it may come from a page in somebody's
    /// browser.
    /// </summary>
    public IReadOnlyCollection<string> Hosts { get; init; } = [];

    /// <summary>A certificate with its private key, to serve https; null to serve http. The caller disposes it after the server.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Certificates between <see cref="Certificate"/> and a root, which clients are sent.</summary>
    public X509Certificate2Collection CertificateChain { get; init; } = [];

    /// <summary>A password file as docker's registry takes it (<c>htpasswd -B</c>): its users alone are let in. Null to let everybody.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>The most connections that are open at once; null for no limit.</summary>
    public long? MaxConnections { get; init; }

    /// <summary>How long requests under way may take when the registry is stopped.</summary>
    public TimeSpan StopWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Takes what a user should know while the registry starts. Called before it answers.</summary>
    public Action<Diagnostic>? Warning { get; init; }

    /// <summary>The one user who may do anything at all; null to let everybody.</summary>
    public (string User, string Password)? BasicAuth { get; init; }

    /// <summary>Refuses whatever would change the content (405), and writes nothing to the folder.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Takes a line for each request: time, client, user, method, target, status, bytes received and sent, milliseconds. Called from many threads.</summary>
    public Action<string>? AccessLog { get; init; }

    /// <summary>Answers under every name: for a registry that clients use as their proxy.</summary>
    internal bool AnyHost { get; init; }

    /// <summary>How much of unfinished uploads is kept.</summary>
    internal UploadLimits Uploads { get; init; } = new();

    /// <summary>How often what was given up is cleared away.</summary>
    internal TimeSpan PurgeEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Called before each write to an upload with its offset: the tests' disk that fails.</summary>
    internal Action<long>? BeforeUploadWrite { get; init; }

    /// <summary>Sees each request before the registry does, and decides whether and how it goes on: the tests' faults.</summary>
    internal Func<HttpContext, RequestDelegate, Task>? Interceptor { get; init; }
}
