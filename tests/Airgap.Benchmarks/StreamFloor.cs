using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Benchmarks;

/// <summary>
/// The minimum cost of moving a bundle's bytes from a registry to a file: as many threads as the tool has streams
/// read blobs from separate connections, hash them and write them concurrently to one file, which is then flushed to the disk.
/// </summary>
internal static class StreamFloor
{
    public const string Row = "floor: read from the registry, hash and write, 8 streams";

    /// <summary>As many as the tool has by default.</summary>
    private const int Streams = 8;

    private const int BufferSize = 256 * 1024;

    public static void Run(Bench bench, string host, GeneratedBundle bundle, string scratch)
    {
        string[] address = host.Split(':');
        Queue<Job> jobs = new(Place(bundle));
        long started = Stopwatch.GetTimestamp();
        using (SafeFileHandle to = File.OpenHandle(scratch, FileMode.Create, FileAccess.Write))
        {
            TimeSpan?[] cpu = new TimeSpan?[Streams + 1];
            Exception? failure = null;
            Thread[] threads = [.. Enumerable.Range(0, Streams).Select(number => new Thread(() =>
            {
                try
                {
                    Work(address[0], int.Parse(address[1], System.Globalization.CultureInfo.InvariantCulture), jobs, to);
                    // The time of these threads only: the registry may be in this process.
                    cpu[number] = ProcessorTime.OfThread();
                }
                catch (Exception e)
                {
                    failure = e;
                }
            }))];
            TimeSpan? before = ProcessorTime.OfThread();
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                thread.Join();
            if (failure is not null)
                throw new InvalidOperationException("The floor could not be measured.", failure);
            RandomAccess.FlushToDisk(to);
            cpu[Streams] = ProcessorTime.OfThread() - before;
            TimeSpan? total = cpu.Aggregate((TimeSpan?)TimeSpan.Zero, (sum, one) => sum + one);
            bench.Add(Row, new Measurement(Stopwatch.GetElapsedTime(started), total, null, 0, ""));
        }

        File.Delete(scratch);
    }

    // The largest first, as in the tool.
    private static List<Job> Place(GeneratedBundle bundle)
    {
        List<Job> jobs = [];
        long offset = 0;
        foreach ((string repository, string digest, long size) in bundle.Sized.OrderByDescending(layer => layer.Size))
        {
            jobs.Add(new Job(repository, digest, size, offset));
            offset += size;
        }

        return jobs;
    }

    private static void Work(string host, int port, Queue<Job> jobs, SafeFileHandle to)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(host, port);
        byte[] buffer = new byte[BufferSize];
        while (true)
        {
            Job job;
            lock (jobs)
            {
                if (!jobs.TryDequeue(out job!))
                    return;
            }

            socket.Send(Encoding.ASCII.GetBytes(
                $"GET /v2/{job.Repository}/blobs/{job.Digest} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n"));
            int filled = Head(socket, buffer, out int head);
            if (!buffer.AsSpan(0, head).StartsWith("HTTP/1.1 200"u8))
                throw new InvalidOperationException(Encoding.ASCII.GetString(buffer, 0, head));
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long done = 0;
            int start = head;
            while (true)
            {
                while (filled - start < Math.Min(buffer.Length - start, job.Size - done))
                {
                    int read = socket.Receive(buffer, filled, (int)Math.Min(buffer.Length - filled, job.Size - done - (filled - start)), 0);
                    if (read == 0)
                        throw new EndOfStreamException(job.Digest);
                    filled += read;
                }

                hash.AppendData(buffer, start, filled - start);
                RandomAccess.Write(to, buffer.AsSpan(start, filled - start), job.Offset + done);
                done += filled - start;
                start = filled = 0;
                if (done == job.Size)
                    break;
            }

            if ($"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}" != job.Digest)
                throw new InvalidOperationException($"{job.Digest} came otherwise.");
        }
    }

    /// <summary>Reads a response's headers.</summary>
    /// <returns>The bytes in the buffer, of which the head is the beginning.</returns>
    private static int Head(Socket socket, byte[] buffer, out int head)
    {
        for (int filled = 0; filled < buffer.Length;)
        {
            int read = socket.Receive(buffer, filled, 16 * 1024, 0);
            if (read == 0)
                throw new EndOfStreamException();
            filled += read;
            if (buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8) is var end and >= 0)
            {
                head = end + 4;
                return filled;
            }
        }

        throw new InvalidDataException("No head.");
    }

    private sealed record Job(string Repository, string Digest, long Size, long Offset);
}
