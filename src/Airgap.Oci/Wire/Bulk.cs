namespace Airgap.Oci.Wire;

/// <summary>
/// Requests that use a connection of their own, over HTTP/1.1; all others share one over HTTP/2. In HTTP/2, a server
/// limits the bytes in flight: 1 MiB for all streams in Go, 64 KiB per stream in nginx, which at 80 ms latency means 12
/// MB/s and 0.8 MB/s. TCP adapts instead. Where a server speaks HTTP/2 alone, <see cref="HttpVersions"/> finds out.
/// </summary>
internal static class Bulk
{
    // Below this size, a new connection costs more time than it saves.
    private const long LeastBytes = 256 * 1024;

    /// <summary>True for a body of this length.</summary>
    public static bool Is(long bytes) => bytes >= LeastBytes;
}
