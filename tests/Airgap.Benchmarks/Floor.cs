using System.Diagnostics;
using System.Security.Cryptography;
using Airgap.TestKit;

namespace Airgap.Benchmarks;

/// <summary>The cost of a bundle's bytes for the plain work in this process, and the cost of starting a process.</summary>
internal static class Floor
{
    public const string ReadAndHash = "floor: read and hash";
    public const string Start = "floor: a process that does nothing";
    public const string ReadHashAndWrite = "floor: read, hash and write";

    public static async Task RunAsync(Bench bench, string storage, GeneratedBundle bundle, string scratch)
    {
        bench.Add(ReadAndHash, await MeasureAsync(storage, bundle, null));
        bench.Add(ReadHashAndWrite, await MeasureAsync(storage, bundle, scratch));
        File.Delete(scratch);
        if (Cli.Find("true") is { } nothing)
            bench.Add(Start, await MeasuredProcess.RunAsync(nothing, []));
    }

    private static async Task<Measurement> MeasureAsync(string storage, GeneratedBundle bundle, string? to)
    {
        byte[] buffer = new byte[256 * 1024];
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long started = Stopwatch.GetTimestamp();
        await using (FileStream? copy = to is null
            ? null : new FileStream(to, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            foreach ((_, string digest) in bundle.Layers)
            {
                await using FileStream file = new(
                    Path.Combine(storage, "docker", "registry", "v2", "blobs", "sha256", digest[7..9], digest[7..], "data"), FileMode.Open,
                    FileAccess.Read, FileShare.Read, bufferSize: 0);
                using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                for (int read; (read = file.Read(buffer)) > 0;)
                {
                    hash.AppendData(buffer, 0, read);
                    copy?.Write(buffer, 0, read);
                }

                hash.GetHashAndReset();
            }
        }

        return new Measurement(Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - cpu, null, 0, "");
    }
}
