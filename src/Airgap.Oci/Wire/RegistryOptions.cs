using System.Collections.Immutable;

namespace Airgap.Oci.Wire;

/// <summary>How registries are talked to. The defaults are imgpkg's.</summary>
public sealed record RegistryOptions
{
    /// <summary>PEM files of certificate authorities to trust beside the system's.</summary>
    public ImmutableArray<string> CaCertificatePaths { get; init; } = [];

    /// <summary>False to take any certificate.</summary>
    public bool VerifyCertificates { get; init; } = true;

    /// <summary>True to try plain http on every host; local hosts are always tried (https first, http second).</summary>
    public bool AllowInsecure { get; init; }

    /// <summary>The longest wait for the headers of an answer. 30 s unless told. No limit is set on the time a body takes, only on a stall.</summary>
    public TimeSpan ResponseHeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait for the next byte of a body, in either direction; null for <see cref="ResponseHeaderTimeout"/>.</summary>
    public TimeSpan? StallTimeout { get; init; }

    /// <summary>How often a request that failed for a passing reason is tried in all, 1 or more. 5 unless told.</summary>
    public int RetryCount { get; init; } = 5;

    /// <summary>
    /// How long a request is tried again, in all, whose host is asked too much or has no room behind its proxy (429, 502, 503): with growing
    /// waits, and at least <see cref="RetryCount"/> times. One minute unless told; zero for the count alone, <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    public TimeSpan LoadWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Connections to one host at most.</summary>
    public int MaxConnectionsPerHost { get; init; } = 32;

    /// <summary>Told each request and answer (headers without secrets), for <c>--debug</c>; null for none. May be called from several threads at once.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>Where the environment's variables are read from, those of proxies included; null for the process's.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The longest wait for a connection, TLS included. 15 s unless told.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Remembers the uploads of large blobs, so that a later run goes on with them; null for none.</summary>
    public IUploadSessionStore? UploadSessions { get; init; }

    /// <summary>The length of a chunk, in bytes. A larger blob can be gone on with; one of more than four goes in chunks from the beginning.</summary>
    internal long UploadChunkBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Sends a host and port elsewhere; proxies are not used then. For tests, which serve every name on loopback.</summary>
    internal Func<string, int, (string Host, int Port)>? MapEndpoint { get; init; }

    /// <summary>The limit of <see cref="StallTimeout"/>.</summary>
    internal TimeSpan StallLimit => StallTimeout ?? ResponseHeaderTimeout;

    /// <summary>The clock of time limits, back-off and token lifetimes.</summary>
    internal TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The first pause before a retry; it doubles, with jitter, to at most 5 s.</summary>
    internal TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);
}
