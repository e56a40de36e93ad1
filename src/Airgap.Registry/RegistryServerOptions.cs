using System.Net;
using System.Security.Cryptography.X509Certificates;
using Airgap.Registry.Storage;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry;

/// <summary>How a registry is to run.</summary>
public sealed record RegistryServerOptions
{
    /// <summary>
    /// The folder that holds the content, in the layout of docker-registry's file system storage: either program can serve it.
    /// It is made when it does not exist, unless <see cref="ReadOnly"/> is set.
    /// </summary>
    public required string Folder { get; init; }

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

    /// <summary>The one user who may do anything at all; null to let everybody.</summary>
    public (string User, string Password)? BasicAuth { get; init; }

    /// <summary>Refuses whatever would change the content (405), and writes nothing to the folder.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Takes a line for each request: client, method, target, status, bytes, milliseconds. Called from many threads.</summary>
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
