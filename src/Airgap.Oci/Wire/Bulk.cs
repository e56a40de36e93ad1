namespace Airgap.Oci.Wire;

/// <summary>
/// Requests that use their own connection, over HTTP/1.1; all others share one over HTTP/2. In HTTP/2, a server limits the bytes in flight:
/// 1 MiB for all streams in Go, 64 KiB per stream in nginx, which at 80 ms latency means 12 MB/s and 0.8 MB/s. TCP adapts instead.
/// <see cref="HttpVersions"/> finds servers that speak only HTTP/2.
/// </summary>
internal static class Bulk
{
    // Below this size, a new connection costs more time than it saves.
    private const long LeastBytes = 256 * 1024;

    /// <summary>True for a body of this length.</summary>
    public static bool Is(long bytes) => bytes >= LeastBytes;
}
