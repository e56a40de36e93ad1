namespace Airgap.Oci.Wire;

/// <summary>
/// Requests that take a connection of their own, over HTTP/1.1; all others share one over HTTP/2. There a server limits the bytes
/// in flight: 1 MiB for all streams in Go, 64 KiB a stream in nginx, which over 80 ms is 12 MB/s and 0.8 MB/s. TCP adapts instead. Every
/// registry speaks HTTP/1.1, for docker speaks nothing else.
/// </summary>
internal static class Bulk
{
    // Below this a new connection takes longer than it saves.
    private const long LeastBytes = 256 * 1024;

    /// <summary>True for a body of this length.</summary>
    public static bool Is(long bytes) => bytes >= LeastBytes;
}
