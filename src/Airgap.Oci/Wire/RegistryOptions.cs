using System.Collections.Immutable;

namespace Airgap.Oci.Wire;

/// <summary>Settings of the registry client. The defaults are imgpkg's.</summary>
public sealed record RegistryOptions
{
    private const long DefaultChunkBytes = 16 * 1024 * 1024;

    /// <summary>PEM files of certificate authorities to trust besides the system's.</summary>
    public ImmutableArray<string> CaCertificatePaths { get; init; } = [];

    /// <summary>False to accept any certificate.</summary>
    public bool VerifyCertificates { get; init; } = true;

    /// <summary>True to try plain http on every host; local hosts are always tried (https first, http second).</summary>
    public bool AllowInsecure { get; init; }

    /// <summary>The longest wait for the headers of a response. The default is 30 s. A body may take any time unless it stalls.</summary>
    public TimeSpan ResponseHeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait for the next byte of a body, in either direction; null for <see cref="ResponseHeaderTimeout"/>.</summary>
    public TimeSpan? StallTimeout { get; init; }

    /// <summary>
    /// The total number of attempts for a request that fails for a transient reason, 1 or more. The default is 5.
    /// </summary>
    public int RetryCount { get; init; } = 5;

    /// <summary>
    /// The longest total time for retries of a request whose host is overloaded (429, 502, 503), with growing waits and
    /// at least <see cref="RetryCount"/> attempts. The default is one minute; with zero only the number of attempts
    /// counts, <see cref="Timeout.InfiniteTimeSpan"/> sets no limit.
    /// </summary>
    internal TimeSpan LoadWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The most connections to one host.</summary>
    internal int MaxConnectionsPerHost { get; init; } = 32;

    /// <summary>
    /// Receives each request and answer (headers without secrets), for <c>--debug</c>; null for none. May be called from several threads at
    /// once.
    /// </summary>
    public Action<string>? Trace { get; init; }

    /// <summary>The environment variables, including those for proxies; null for the process's.</summary>
    internal IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The longest wait for a connection, TLS included. The default is 15 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Stores the uploads of large blobs, so that a later run resumes them; null for none.</summary>
    internal IUploadSessionStore? UploadSessions { get; init; }

    /// <summary>
    /// The only folder with certificates of single hosts (<see cref="CertificateFolders"/>); null for the folders of docker and podman.
    /// </summary>
    internal string? HostCertificatesPath { get; init; }

    /// <summary>Receives messages that a person should see at once, such as a pause that a registry requests; null for none.</summary>
    internal Action<string>? Notice { get; init; }

    /// <summary>Receives the mirrors that were read, at the end; null for none.</summary>
    internal Action<SourceUse>? SourceRead { get; init; }

    /// <summary>Receives warnings; null for none.</summary>
    internal Action<Diagnostic>? Warning { get; init; }

    /// <summary>
    /// The registries.conf for sources: a file, or <c>system</c> for the user's or system's; null to read sources from their own
    /// registries.
    /// </summary>
    internal string? RegistriesConf { get; init; }

    /// <summary>Limits the bytes per second of each registry.</summary>
    internal ByteRates Rates { get; init; } = ByteRates.None;

    /// <summary>
    /// The usual length of a chunk, in bytes. A later run can resume the upload of a larger blob; while the line's rate is unknown, a blob
    /// of more than four chunks is sent in chunks from the beginning.
    /// </summary>
    internal long UploadChunkBytes { get; init; } = DefaultChunkBytes;

    /// <summary>
    /// The length to which chunks grow on a fast line, in bytes; null for 256 MiB, or for <see cref="UploadChunkBytes"/> if that is set.
    /// </summary>
    internal long? GrownChunkBytes { get; init; }

    /// <summary>The length of the longest chunk.</summary>
    internal long GrownChunkLimit => GrownChunkBytes ?? (UploadChunkBytes == DefaultChunkBytes ? 16 * DefaultChunkBytes : UploadChunkBytes);

    /// <summary>
    /// The maximum memory for parts of long blobs that are read concurrently and wait for their turn, for all blobs together, in bytes.
    /// </summary>
    internal long PartMemoryBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Maps a host and port to another; proxies are then not used. For tests, which serve every name on loopback.</summary>
    internal Func<string, int, (string Host, int Port)>? MapEndpoint { get; init; }

    /// <summary>The limit of <see cref="StallTimeout"/>.</summary>
    internal TimeSpan StallLimit => StallTimeout ?? ResponseHeaderTimeout;

    /// <summary>The clock of time limits, back-off and token lifetimes.</summary>
    internal TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The first pause before a retry; it doubles, with jitter, to at most 5 s.</summary>
    internal TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);
}
