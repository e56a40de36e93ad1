using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Airgap.TestKit;
using Airgap.TestKit.Network;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>Traces and metrics of the packed tool, received by a collector that shares no code with it.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class TelemetryTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("http/protobuf")]
    [DataRow("grpc")]
    public async Task ACopyIsOneTraceAndItsMetricsCountWhatTheRegistryCounts(string protocol)
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync();
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string host = bench.Registry.Host;
        bench.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol;
        bench.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = protocol == "grpc" ? collector.GrpcAddress : collector.HttpAddress;
        bench.Environment["NO_PROXY"] = "127.0.0.1";
        bench.Environment["TRACEPARENT"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        CliResult result = await bench.RunFreshAsync(
            "copy", "-b", $"{host}/mirror/simple-app-bundle:v1.0.0", "--to-repo", $"{host}/new/traced", "--json");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.DoesNotContain("AIRGAP3024", result.Error);
        ReceivedSpan[] spans = [.. collector.Spans];
        Assert.AreEqual("0af7651916cd43dd8448eb211c80319c", spans.Select(span => span.TraceId).Distinct().Single());
        ReceivedSpan root = spans.Single(span => span.Name == "dotnet-airgap copy");
        Assert.AreEqual("b7ad6b7169203331", root.ParentId);
        ReceivedSpan transfer = spans.Single(span => span.Name == "transfer");
        foreach (string phase in new[] { "plan", "transfer", "complete" })
            Assert.AreEqual(root.SpanId, spans.Single(span => span.Name == phase).ParentId, phase);
        ReceivedSpan[] images = [.. spans.Where(span => span.Name == "image")];
        Assert.IsTrue(images.Length > 1 && images.All(image => image.ParentId == transfer.SpanId));
        ReceivedSpan[] blobs = [.. spans.Where(span => span.Name == "blob")];
        Assert.IsNotEmpty(blobs);
        Assert.IsTrue(blobs.All(blob => images.Any(image => image.SpanId == blob.ParentId)), "each blob is below its image");
        Assert.IsTrue(blobs.All(blob => spans.Any(span => span.Scope == "System.Net.Http" && span.ParentId == blob.SpanId)));
        Assert.IsTrue(spans.Where(span => span.Name == "manifest").All(span => span.Attributes.ContainsKey("airgap.waited.for")));

        // The tool also sends a ping over https, which this registry does not support.
        Assert.AreEqual(bench.Registry.Requests.Count(request => request.Path != "/v2/"),
            Series(collector, "airgap.registry.requests").Where(point => point.Attributes["airgap.request.kind"] != "ping")
                .Sum(point => point.Value));
        Assert.AreEqual(blobs.Length, Sum(collector, "airgap.transfer.blobs"));
        ReceivedPoint counted = Series(collector, "airgap.transfer.blobs").First();
        Assert.AreEqual("127.0.0.1", counted.Attributes["server.address"]);
        Assert.AreEqual(bench.Registry.Address.Port.ToString(CultureInfo.InvariantCulture), counted.Attributes["server.port"]);
        string[] phases = [.. Series(collector, "airgap.registry.requests").Select(point => point.Attributes["airgap.phase"]).Distinct()];
        Assert.IsTrue(new[] { "plan", "transfer", "complete" }.All(phases.Contains), string.Join(' ', phases));
        Assert.IsTrue(Series(collector, "airgap.registry.io").All(point =>
            point.Attributes["server.port"] == bench.Registry.Address.Port.ToString(CultureInfo.InvariantCulture)));
    }

    [TestMethod]
    public async Task ACollectorThatRefuses_IsAWarning_AndTheRunSucceeds()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync(() => Task.FromResult(400));
        await using Bench bench = await Bench.StartWithFixturesAsync();
        bench.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        bench.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.HttpAddress;
        bench.Environment["NO_PROXY"] = "127.0.0.1";

        CliResult result = await bench.RunFreshAsync("tag", "list", "-i", $"{bench.Registry.Host}/mirror/simple-app-bundle");

        Assert.AreEqual(0, result.ExitCode);
        Assert.Contains(
            $"Warning: AIRGAP3024: Traces and metrics were not exported: the collector at {collector.HttpAddress} was not reached or did " +
            "not accept them.", result.Error);
    }

    [TestMethod]
    public async Task SettingsOfOneSignal_TakePrecedenceOverThoseOfAll()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync();
        await using Bench bench = await Bench.StartWithFixturesAsync();
        bench.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        bench.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.GrpcAddress;
        bench.Environment["OTEL_EXPORTER_OTLP_HEADERS"] = "x-to=all,x-also=all";
        bench.Environment["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf";
        bench.Environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = $"{collector.HttpAddress}/own/traces";
        bench.Environment["OTEL_EXPORTER_OTLP_TRACES_HEADERS"] = "x-to=traces";
        bench.Environment["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION"] = "gzip";
        bench.Environment["NO_PROXY"] = "127.0.0.1";

        CliResult result = await bench.RunFreshAsync("tag", "list", "-i", $"{bench.Registry.Host}/mirror/simple-app-bundle");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.DoesNotContain("AIRGAP3024", result.Error);
        ReceivedRequest traces = collector.Requests.Single(request => request.Path == "/own/traces");
        Assert.AreEqual("traces", traces.Headers["x-to"]);
        Assert.IsFalse(traces.Headers.ContainsKey("x-also"));
        Assert.AreEqual("gzip", traces.Headers["Content-Encoding"]);
        Assert.Contains("dotnet-airgap tag list", collector.Spans.Select(span => span.Name));
        ReceivedRequest metrics = collector.Requests.Single(request => request.Path != "/own/traces");
        Assert.AreEqual("all", metrics.Headers["x-to"]);
        Assert.StartsWith("application/grpc", metrics.Headers["Content-Type"]);
    }

    [TestMethod]
    [DataRow("http/protobuf", true)]
    [DataRow("grpc", true)]
    [DataRow("http/protobuf", false)]
    public async Task ACollectorThatAsksForACertificate_GetsIt(string protocol, bool isGiven)
    {
        using X509Certificate2 pair = LoopbackCertificate.Create();
        await using OtlpCollector collector = await OtlpCollector.StartAsync(pair: pair);
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string certificate = bench.Folder["collector.pem"];
        await File.WriteAllTextAsync(certificate, pair.ExportCertificatePem(), TestContext.CancellationToken);
        await File.WriteAllTextAsync(
            bench.Folder["key.pem"], pair.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(), TestContext.CancellationToken);
        bench.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol;
        bench.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = protocol == "grpc" ? collector.GrpcAddress : collector.HttpAddress;
        bench.Environment["OTEL_EXPORTER_OTLP_CERTIFICATE"] = certificate;
        if (isGiven)
        {
            bench.Environment["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"] = certificate;
            bench.Environment["OTEL_EXPORTER_OTLP_CLIENT_KEY"] = bench.Folder["key.pem"];
        }

        bench.Environment["NO_PROXY"] = "127.0.0.1";
        CliResult result = await bench.RunFreshAsync("tag", "list", "-i", $"{bench.Registry.Host}/mirror/simple-app-bundle");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.AreEqual(isGiven, !result.Error.Contains("AIRGAP3024", StringComparison.Ordinal), result.Error);
        Assert.AreEqual(isGiven, collector.Spans.Any());
        Assert.AreEqual(isGiven, collector.Points.Any());
    }

    [TestMethod]
    [DataRow("OTEL_EXPORTER_OTLP_CERTIFICATE", "none.pem", "were not exported: ")]
    [DataRow("OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", "none.pem", "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE is not supported")]
    [DataRow("OTEL_EXPORTER_OTLP_HEADERS", "Bearer of-secrets", "OTEL_EXPORTER_OTLP_HEADERS is not a list of NAME=VALUE.")]
    [DataRow("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "a name=b", "OTEL_EXPORTER_OTLP_METRICS_HEADERS is not a list of NAME=VALUE.")]
    [DataRow("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "OTEL_EXPORTER_OTLP_TIMEOUT is not a number of milliseconds.")]
    [DataRow("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "OTEL_EXPORTER_OTLP_COMPRESSION is 'zstd'; gzip and none are supported.")]
    [DataRow("OTEL_TRACES_EXPORTER", "console", "Traces for 'console' were not exported: OTEL_TRACES_EXPORTER names it")]
    [DataRow("OTEL_METRICS_EXPORTER", "otlp,prometheus", "Metrics for 'prometheus' were not exported: OTEL_METRICS_EXPORTER names it")]
    public async Task NoSettingOfTheExport_EndsTheRun(string name, string value, string expected)
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync();
        await using Bench bench = await Bench.StartWithFixturesAsync();
        bench.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        bench.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.HttpAddress;
        bench.Environment["NO_PROXY"] = "127.0.0.1";
        bench.Environment[name] = value;

        CliResult result = await bench.RunFreshAsync("tag", "list", "-i", $"{bench.Registry.Host}/mirror/simple-app-bundle");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("v1.0.0", result.Output);
        Assert.Contains("Warning: AIRGAP3024: ", result.Error);
        Assert.Contains(expected, result.Error);
        Assert.DoesNotContain("of-secrets", result.Error);
        Assert.AreEqual(name.EndsWith("_EXPORTER", StringComparison.Ordinal), collector.Points.Any(), "what can be exported is");
    }

    [TestMethod]
    [DataRow("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https address.")]
    [DataRow("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "OTEL_EXPORTER_OTLP_PROTOCOL is 'http/json'")]
    public async Task ASettingThatCannotBeUsed_IsAWarning(string name, string value, string expected)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        bench.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1";
        bench.Environment[name] = value;

        CliResult result = await bench.RunFreshAsync("tag", "list", "-i", $"{bench.Registry.Host}/mirror/simple-app-bundle");

        Assert.AreEqual(0, result.ExitCode);
        Assert.Contains(expected, result.Error);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task WithoutAnEndpoint_NothingOfOpenTelemetryIsLoaded()
    {
        await using Bench bench = await Bench.StartAsync(new());
        using Process tool = bench.Start("serve", "--folder", "content", "--listen", "127.0.0.1:0");
        try
        {
            Assert.IsNotNull(await tool.StandardOutput.ReadLineAsync(TestContext.CancellationToken));
            string maps = await File.ReadAllTextAsync($"/proc/{tool.Id}/maps", TestContext.CancellationToken);
            Assert.Contains("System.CommandLine", maps, "the maps name the assemblies");
            Assert.DoesNotContain("OpenTelemetry", maps);
        }
        finally
        {
            tool.Kill();
        }
    }

    private static IEnumerable<ReceivedPoint> Series(OtlpCollector collector, string metric) => collector.Points
        .Where(point => point.Metric == metric)
        .GroupBy(point => string.Join(';', point.Attributes.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}")))
        .Select(series => series.Last());

    private static double Sum(OtlpCollector collector, string metric) => Series(collector, metric).Sum(point => point.Value);
}
