using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Airgap.TestKit.Network;
using Airgap.Tool.Running;
using Airgap.Tool.Telemetry;

namespace Airgap.Tool.Tests.Running;

/// <summary>The exporter's own requests are no part of what it exports.</summary>
[TestClass]
public sealed class OtlpExportTests
{
    [TestMethod]
    [DataRow("http/protobuf")]
    [DataRow("grpc")]
    public async Task TheExportersRequestsAreNotCounted(string protocol)
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync();
        string address = protocol == "grpc" ? collector.GrpcAddress : collector.HttpAddress;
        string port = new Uri(address).Port.ToString(CultureInfo.InvariantCulture);
        ConcurrentQueue<string> counted = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name is "System.Net.Http" or "Airgap.Tool.Exporter")
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();

        Export(protocol, address);

        Assert.IsNotEmpty(collector.Requests);
        Assert.Contains("Airgap.Tool.Exporter http.client.request.duration", counted, "the listener hears the exporter");
        Assert.IsEmpty(counted.Where(each => each.StartsWith("System.Net.Http ", StringComparison.Ordinal)));

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                if (tag.Key == "server.port" && Convert.ToString(tag.Value, CultureInfo.InvariantCulture) == port)
                    counted.Enqueue($"{instrument.Meter.Name} {instrument.Name}");
            }
        }
    }

    private static void Export(string protocol, string address)
    {
        Dictionary<string, string> variables = new()
        {
            ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = protocol,
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = protocol == "grpc" ? address : $"{address}/v1/traces",
        };
        OtlpExport export = OtlpExport.Start(
            OtlpSettings.Read(variables.GetValueOrDefault)!, Identity.Of(Identity.OwnName, "1"), variables.GetValueOrDefault);
        using (ActivitySource source = new(CommandTrace.Name))
            source.StartActivity("copy")?.Dispose();
        Assert.IsNull(export.Finish()?.Message);
    }
}
