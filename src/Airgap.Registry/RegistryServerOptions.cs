using System.Net;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci;
using Airgap.Registry.Archives;
using Airgap.Registry.Storage;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry;

/// <summary>Settings of a registry.</summary>
public sealed record RegistryServerOptions
{
    /// <summary>
    /// The archives to serve, read only, in import order; empty to serve <see cref="Folder"/>.
    /// </summary>
    public IReadOnlyList<ArchiveToServe> Archives { get; init; } = [];

    /// <summary>The prefix of the archives' repository names, such as <c>apps</c>; empty for nothing.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// The folder with the content, in the layout of docker-registry's file system storage, so that either program can
    /// serve it. It is created if it does not exist, unless <see cref="ReadOnly"/> is set.
    /// </summary>
    public string Folder { get; init; } = "";

    /// <summary>Address and port to listen on; port 0 takes a free one. The default is port 5000, for this machine only.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 5000);

    /// <summary>
    /// The DNS names under which clients reach the registry, besides <c>localhost</c>, the machine's name, the names in
    /// <see cref="Certificate"/> and every IP address. A request under any other name is refused: it may come from a
    /// page in a user's browser.
    /// </summary>
    public IReadOnlyCollection<string> Hosts { get; init; } = [];

    /// <summary>A certificate with its private key, to serve https; null to serve http. The caller disposes it after the server.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The intermediate certificates between <see cref="Certificate"/> and a root, which the registry sends to clients.</summary>
    public X509Certificate2Collection CertificateChain { get; init; } = [];

    /// <summary>
    /// A password file in the format of docker's registry (<c>htpasswd -B</c>): only its users have access. Null to
    /// allow everyone.
    /// </summary>
    public string? PasswordFile { get; init; }

    /// <summary>
    /// The maximum number of open connections; null for no limit. Requests on the next 64 are refused (503), and further connections end
    /// without an answer.
    /// </summary>
    public long? MaxConnections { get; init; }

    /// <summary>The time for requests in progress when the registry stops.</summary>
    public TimeSpan StopWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Receives warnings, once each: during the start, before requests are answered, from garbage collection, and of an archive that
    /// changed. Called from many threads.
    /// </summary>
    public Action<Diagnostic>? Warning { get; init; }

    /// <summary>The only user with access; null to allow everyone.</summary>
    public (string User, string Password)? BasicAuth { get; init; }

    /// <summary>True to refuse changes of the content (405) and to write nothing to the folder.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// Receives a line for each request: time, client, user, method, target, status, bytes received and sent, milliseconds. Called from
    /// many threads.
    /// </summary>
    public Action<string>? AccessLog { get; init; }

    /// <summary>
    /// True to serve <c>GET /metrics</c>, counters in Prometheus's text format, to every client that may read the content.
    /// </summary>
    internal bool Metrics { get; init; }

    /// <summary>True to accept an index without all of its images, as some registries do.</summary>
    internal bool SparseIndexes { get; init; }

    /// <summary>True to answer under every host name: for a registry that clients use as their proxy.</summary>
    internal bool AnyHost { get; init; }

    /// <summary>True to speak HTTP/2 alone over TLS, as some proxies do. For tests of clients.</summary>
    internal bool OnlyHttp2 { get; init; }

    /// <summary>Makes the layout of <see cref="Folder"/>. For tests of other systems' names.</summary>
    internal Func<string, StorageLayout> Layout { get; init; } = static folder => new StorageLayout(folder);

    /// <summary>The limits of unfinished uploads.</summary>
    internal UploadLimits Uploads { get; init; } = new();

    /// <summary>How long one visit of the page may read manifests and layers not read before.</summary>
    internal TimeSpan PageReadsFor { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long to wait for a client that sends no more of its request, or takes no more of a response. One that copies from another
    /// registry may pause.
    /// </summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The interval at which abandoned uploads are deleted.</summary>
    internal TimeSpan PurgeEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The minimum age of garbage to collect; null to collect none.</summary>
    internal TimeSpan? CollectAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The interval of garbage collection; the first collection is after one interval.</summary>
    internal TimeSpan CollectEvery { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The clock that the times of served files are compared with.</summary>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Called before each write to an upload with its offset. For tests of a failing disk.</summary>
    internal Action<long>? BeforeUploadWrite { get; init; }

    /// <summary>Runs before the registry handles a request. For faults in tests.</summary>
    internal Func<HttpContext, RequestDelegate, Task>? Interceptor { get; init; }
}
