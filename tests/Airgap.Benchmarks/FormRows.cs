using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Peers;

namespace Airgap.Benchmarks;

/// <summary>
/// The cost of one large blob to a registry in each form of upload, sent by a plain client: only the registry's CPU time.
/// </summary>
internal sealed class FormRows(Bench bench, int divisor)
{
    private const int MiB = 1024 * 1024;

    // The bytes of the first PATCH; null for one PUT. A growing chunk is twice as long each time.
    private static readonly (string Name, int? First, bool Grow)[] s_forms =
    [
        ("one PUT", null, false),
        ("one PATCH", int.MaxValue, false),
        ("chunks of 64 MiB", 64 * MiB, false),
        ("chunks of 16 MiB", 16 * MiB, false),
        ("chunks of 4 MiB", 4 * MiB, false),
        ("chunks from 16 MiB, twice as long each", 16 * MiB, true),
    ];

    public async Task RunAsync(int runs)
    {
        byte[] blob = RandomNumberGenerator.GetBytes(256 * MiB / divisor);
        for (int run = 0; run < runs; run++)
        {
            using TempFolder work = new();
            foreach ((string Name, int? First, bool Grow) form in run % 2 == 0 ? s_forms : s_forms.Reverse())
            {
                if (DockerRegistry.IsAvailable)
                {
                    await using DockerRegistry docker = await DockerRegistry.StartAsync();
                    await SendAsync($"256 MiB to docker-registry, {form.Name}: its own CPU", docker.Address, () => docker.Cpu, blob,
                        form.First, form.Grow);
                }

                using ServedProcess served = await ServedProcess.StartAsync(bench.Tool, "--folder", work[$"{form.First}{form.Grow}"]);
                await SendAsync($"256 MiB to serve, {form.Name}: its own CPU", served.Address, () => served.Cpu, blob,
                    form.First, form.Grow);
            }
        }
    }

    private async Task SendAsync(string row, Uri address, Func<TimeSpan> cpu, byte[] blob, int? first, bool grows)
    {
        RandomNumberGenerator.Fill(blob.AsSpan(0, 16));
        string digest = Digest.Compute(blob).ToString();
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        TimeSpan before = cpu();
        long started = Stopwatch.GetTimestamp();
        Uri at = await RequestAsync(http, HttpMethod.Post, new Uri("v2/forms/blobs/uploads/", UriKind.Relative), new ByteArrayContent([]));
        long chunk = first ?? 0;
        int sent = 0;
        while (first is not null && sent < blob.Length)
        {
            int length = (int)Math.Min(chunk, blob.Length - sent);
            ByteArrayContent content = new(blob, sent, length);
            if (length < blob.Length)
                content.Headers.TryAddWithoutValidation(
                    "Content-Range", string.Create(CultureInfo.InvariantCulture, $"{sent}-{sent + length - 1}"));
            at = await RequestAsync(http, HttpMethod.Patch, at, content);
            sent += length;
            chunk = grows ? 2 * chunk : chunk;
        }

        Uri end = new($"{at}{(at.Query.Length > 0 ? '&' : '?')}digest={Uri.EscapeDataString(digest)}");
        await RequestAsync(http, HttpMethod.Put, end, new ByteArrayContent(blob, sent, blob.Length - sent));
        bench.Add(row, new Measurement(Stopwatch.GetElapsedTime(started), cpu() - before, null, 0, ""));
    }

    private static async Task<Uri> RequestAsync(HttpClient http, HttpMethod method, Uri at, HttpContent body)
    {
        using HttpRequestMessage request = new(method, at) { Content = body };
        body.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
        using HttpResponseMessage answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return new Uri(http.BaseAddress!, answer.Headers.Location ?? at);
    }
}
