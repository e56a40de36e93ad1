using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Airgap.Benchmarks;

/// <summary>Requests one path of a server repeatedly, on many connections, each with one request at a time.</summary>
/// <param name="Requests">The number of responses.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Took">The duration.</param>
internal sealed record Load(long Requests, long Bytes, TimeSpan Took)
{
    private const string Accepted =
        "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, */*";

    public double PerSecond => Requests / Took.TotalSeconds;

    /// <summary>Runs it.</summary>
    /// <param name="address">The server. Its certificate is not checked.</param>
    /// <param name="path">The path to request; its response must have the same length each time.</param>
    /// <param name="login">USER:PASSWORD; null for none.</param>
    /// <param name="connections">The number of connections.</param>
    /// <param name="time">The duration.</param>
    public static async Task<Load> RunAsync(Uri address, string path, string? login, int connections, TimeSpan time)
    {
        string authorization = login is null ? "" : $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(login))}\r\n";

        // Clients send an Accept header; without one, docker-registry assumes an old client.
        byte[] request = Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAccept: {Accepted}\r\n{authorization}\r\n");
        Stream[] streams = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => ConnectAsync(address)));
        long length = await FirstAsync(streams[0], request);
        long started = Stopwatch.GetTimestamp();
        long[] done = await Task.WhenAll(streams.Select(stream => Task.Run(() => AskAsync(stream, request, length, started, time))));
        TimeSpan took = Stopwatch.GetElapsedTime(started);
        foreach (Stream stream in streams)
            await stream.DisposeAsync();
        return new Load(done.Sum(), done.Sum() * length, took);
    }

    private static async Task<Stream> ConnectAsync(Uri address)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port);
        NetworkStream plain = new(socket, ownsSocket: true);
        if (address.Scheme == Uri.UriSchemeHttp)
            return plain;
        SslStream tls = new(plain);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = address.Host, RemoteCertificateValidationCallback = (_, _, _, _) => true });
        return tls;
    }

    // The first response shows the length of all.
    private static async Task<long> FirstAsync(Stream stream, byte[] request)
    {
        await stream.WriteAsync(request);
        byte[] buffer = new byte[64 * 1024];
        int read = 0;
        int end;
        do
        {
            read += await stream.ReadAsync(buffer.AsMemory(read)) is > 0 and int more ? more : throw new EndOfStreamException();
            end = buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8);
        }
        while (end < 0);
        string head = Encoding.ASCII.GetString(buffer, 0, end);
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            throw new InvalidOperationException(head);
        string size = head.Split("\r\n")
            .Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))["Content-Length:".Length..];
        long length = end + 4 + long.Parse(size, System.Globalization.CultureInfo.InvariantCulture);
        await SkipAsync(stream, buffer, length - read);
        return length;
    }

    private static async Task<long> AskAsync(Stream stream, byte[] request, long length, long started, TimeSpan time)
    {
        byte[] buffer = new byte[256 * 1024];
        long done = 0;
        for (; Stopwatch.GetElapsedTime(started) < time; done++)
        {
            await stream.WriteAsync(request);
            await SkipAsync(stream, buffer, length);
        }

        return done;
    }

    private static async Task SkipAsync(Stream stream, byte[] buffer, long count)
    {
        while (count > 0)
            count -= await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count))) is > 0 and int read
                ? read : throw new EndOfStreamException();
    }
}
