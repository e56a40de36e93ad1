using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Airgap.TestKit.Network;

/// <summary>A span as the collector received it.</summary>
public sealed record ReceivedSpan(
    string Scope, string Name, string TraceId, string SpanId, string ParentId, IReadOnlyDictionary<string, string> Attributes, int Status);

/// <summary>One data point of a sum as the collector received it.</summary>
public sealed record ReceivedPoint(string Metric, IReadOnlyDictionary<string, string> Attributes, double Value);

/// <summary>A request as the collector received it.</summary>
public sealed record ReceivedRequest(string Path, IReadOnlyDictionary<string, string> Headers);

/// <summary>A collector of OpenTelemetry's protocol on loopback, over HTTP and gRPC, with its own decoder.</summary>
/// <remarks>Source: opentelemetry-proto, trace/v1/trace.proto and metrics/v1/metrics.proto; the field numbers are theirs.</remarks>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly Func<Task<int>> _answer;

    private OtlpCollector(WebApplication server, Func<Task<int>> answer)
    {
        _server = server;
        _answer = answer;
    }

    /// <summary>The address for <c>http/protobuf</c>.</summary>
    public string HttpAddress => _server.Urls.First();

    /// <summary>The address for <c>grpc</c>.</summary>
    public string GrpcAddress => _server.Urls.Last();

    /// <summary>The requests.</summary>
    public ConcurrentQueue<ReceivedRequest> Requests { get; } = [];

    /// <summary>The spans.</summary>
    public ConcurrentQueue<ReceivedSpan> Spans { get; } = [];

    /// <summary>The points of sums; the last point of a series is its value.</summary>
    public ConcurrentQueue<ReceivedPoint> Points { get; } = [];

    /// <summary>Starts a collector.</summary>
    /// <param name="answer">Returns the status of each response; null for 200.</param>
    /// <param name="pair">Its certificate with the key, for https; a client has to identify with the same. Null for plain http.</param>
    public static async Task<OtlpCollector> StartAsync(Func<Task<int>>? answer = null, X509Certificate2? pair = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            foreach (HttpProtocols protocol in new[] { HttpProtocols.Http1, HttpProtocols.Http2 })
            {
                kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
                {
                    listen.Protocols = protocol;
                    if (pair is not null)
                        listen.UseHttps(https => RequirePair(https, pair));
                });
            }
        });
        WebApplication server = builder.Build();
        OtlpCollector collector = new(server, answer ?? (() => Task.FromResult(200)));
        server.Run(collector.TakeAsync);
        await server.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static void RequirePair(HttpsConnectionAdapterOptions https, X509Certificate2 pair)
    {
        https.ServerCertificate = pair;
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        https.ClientCertificateValidation = (given, _, _) => given.Thumbprint == pair.Thumbprint;
    }

    private async Task TakeAsync(HttpContext context)
    {
        Requests.Enqueue(new ReceivedRequest(
            context.Request.Path.Value ?? "",
            context.Request.Headers.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        using MemoryStream body = new();
        bool isCompressed = context.Request.Headers.ContentEncoding == "gzip";
        await using (Stream sent = isCompressed ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body)
            await sent.CopyToAsync(body);
        byte[] message = body.ToArray();
        bool isGrpc = context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
        if (isGrpc)
            message = message[5..];
        string path = context.Request.Path;
        if (path.Contains("trace", StringComparison.OrdinalIgnoreCase))
            TakeTraces(message);
        else if (path.Contains("metrics", StringComparison.OrdinalIgnoreCase))
            TakeMetrics(message);
        context.Response.StatusCode = await _answer();
        if (isGrpc)
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }

    private void TakeTraces(byte[] message)
    {
        foreach (Field scoped in Fields(message).Where(IsNumber(1)).SelectMany(field => Fields(field.Bytes)).Where(IsNumber(2)))
        {
            string scope = ScopeOf(scoped);
            foreach (Field[] span in Fields(scoped.Bytes).Where(IsNumber(2)).Select(field => Fields(field.Bytes).ToArray()))
            {
                Field? status = span.FirstOrDefault(IsNumber(15));
                Spans.Enqueue(new ReceivedSpan(
                    scope, Text(span, 5), Hex(span, 1), Hex(span, 2), Hex(span, 4), Attributes(span, 9),
                    status is null ? 0 : (int)(Fields(status.Bytes).FirstOrDefault(IsNumber(3))?.Value ?? 0)));
            }
        }
    }

    private void TakeMetrics(byte[] message)
    {
        foreach (Field metric in Fields(message).Where(IsNumber(1)).SelectMany(field => Fields(field.Bytes)).Where(IsNumber(2))
            .SelectMany(field => Fields(field.Bytes)).Where(IsNumber(2)))
        {
            Field[] parts = [.. Fields(metric.Bytes)];
            foreach (Field[] point in parts.Where(IsNumber(7)).SelectMany(sum => Fields(sum.Bytes)).Where(IsNumber(1))
                .Select(field => Fields(field.Bytes).ToArray()))
            {
                double value = point.FirstOrDefault(IsNumber(6)) is { } whole
                    ? (long)whole.Value : BitConverter.UInt64BitsToDouble(point.FirstOrDefault(IsNumber(4))?.Value ?? 0);
                Points.Enqueue(new ReceivedPoint(Text(parts, 1), Attributes(point, 7), value));
            }
        }
    }

    private static string ScopeOf(Field scoped) => Fields(scoped.Bytes).FirstOrDefault(IsNumber(1)) is { } scope
        ? Text([.. Fields(scope.Bytes)], 1) : "";

    private static Dictionary<string, string> Attributes(Field[] fields, int number)
    {
        Dictionary<string, string> found = [];
        foreach (Field[] pair in fields.Where(IsNumber(number)).Select(field => Fields(field.Bytes).ToArray()))
        {
            Field? value = pair.FirstOrDefault(IsNumber(2)) is { } any ? Fields(any.Bytes).FirstOrDefault() : null;
            found[Text(pair, 1)] = value is null ? ""
                : value.Number == 1 ? Encoding.UTF8.GetString(value.Bytes)
                : ((long)value.Value).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return found;
    }

    private static Func<Field, bool> IsNumber(int number) => field => field.Number == number;

    private static string Text(Field[] fields, int number) =>
        Encoding.UTF8.GetString(fields.FirstOrDefault(IsNumber(number))?.Bytes ?? []);

    private static string Hex(Field[] fields, int number) =>
        Convert.ToHexStringLower(fields.FirstOrDefault(IsNumber(number))?.Bytes ?? []);

    // Source: protobuf.dev, "Encoding".
    private static IEnumerable<Field> Fields(byte[] message)
    {
        for (int at = 0; at < message.Length;)
        {
            ulong key = Varint(message, ref at);
            int number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    yield return new Field(number, [], Varint(message, ref at));
                    break;
                case 1:
                    yield return new Field(number, [], BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(at)));
                    at += 8;
                    break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    yield return new Field(number, message[at..(at + length)], 0);
                    at += length;
                    break;
                case 5:
                    yield return new Field(number, [], BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(at)));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {key & 7}.");
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }

    private sealed record Field(int Number, byte[] Bytes, ulong Value);
}
