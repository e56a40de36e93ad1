namespace Airgap.Oci.Wire;

/// <summary>
/// What takes a connection of its own, over HTTP/1.1, while all else shares one over HTTP/2. There a server has only so many bytes
/// under way, for all streams together: 1 MiB in Go's, 64 KiB a stream in nginx, which over 80 ms is 12 MB/s and 0.8 MB/s. TCP adapts instead. Every registry
/// speaks HTTP/1.1, for docker speaks nothing else.
/// </summary>
internal static class Bulk
{
    // Below, a new connection would take longer than it saves.
    private const long LeastBytes = 256 * 1024;

    /// <summary>True for a body of so many bytes.</summary>
    public static bool Is(long bytes) => bytes >= LeastBytes;
}
