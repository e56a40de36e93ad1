using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Tests.Client;

/// <summary>After a refusal, requests are spaced, and this wait is distinguished from others.</summary>
[TestClass]
public sealed class PaceTests
{
    private readonly ManualTime _clock = new();

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task TheWaitForThePace_IsMeasured()
    {
        const string host = "paced.local:5078";
        ConcurrentQueue<double> waits = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Name == "airgap.registry.wait.time")
                all.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            Dictionary<string, object?> all = tags.ToArray().ToDictionary();
            if (all.GetValueOrDefault("server.address") is "paced.local" && all.GetValueOrDefault("airgap.wait.reason") is "pace")
                waits.Enqueue(value);
        });
        listener.Start();
        RequestLane lane = new(
            host, LimitedKind.ManifestReads, new RegistryOptions { TimeProvider = _clock, RetryDelay = TimeSpan.FromMilliseconds(100) },
            _ => { });
        // The registry served ten per second; after the refusal the client sends eight.
        for (int i = 0; i < 10; i++)
        {
            using RequestLane.Turn turn = await lane.EnterAsync(None);
            _clock.Advance(TimeSpan.FromSeconds(0.1));
            turn.NoteServed();
        }

        using (RequestLane.Turn refused = await lane.EnterAsync(None))
            refused.NoteRefused(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 2; i++)
        {
            Task<RequestLane.Turn> entering = lane.EnterAsync(None).AsTask();
            await _clock.AdvanceUntilDoneAsync(entering, _ => true);
            using RequestLane.Turn turn = await entering;
            turn.NoteServed();
        }

        Assert.IsGreaterThan(0, waits.Count);
    }
}
