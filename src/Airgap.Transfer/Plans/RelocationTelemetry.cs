using System.Diagnostics;
using System.Diagnostics.Metrics;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Wire;

namespace Airgap.Transfer.Plans;

/// <summary>
/// The metrics and spans of relocations, under the name <c>Airgap.Transfer</c>. The library's page lists them. Without a
/// listener they cost one comparison each.
/// </summary>
internal static class RelocationTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Airgap.Transfer";

    private static readonly Meter s_meter = new(Name);

    private static readonly Counter<long> s_blobs =
        s_meter.CreateCounter<long>("airgap.transfer.blobs", "{blob}", "Blobs that arrived at their destination, by outcome.");

    private static readonly Counter<long> s_bytes =
        s_meter.CreateCounter<long>("airgap.transfer.blob.size", "By", "Sizes of the blobs that arrived, by outcome.");

    /// <summary>The source of the spans.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>Begins a phase: its span, and the attribute of all metrics below it.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="parent">The parent span to use if no span is current, so that one relocation is one trace.</param>
    public static Activity? Begin(TransferPhase phase, ActivityContext parent = default)
    {
        string name = NameOf(phase);
        RunPhase.Current = name;
        return Activity.Current is null
            ? Source.StartActivity(name, ActivityKind.Internal, parent) : Source.StartActivity(name);
    }

    /// <summary>Counts a blob at its destination.</summary>
    public static void CountBlob(Descriptor blob, BlobOutcome outcome, string destination)
    {
        if (!s_blobs.Enabled && !s_bytes.Enabled)
            return;
        TagList tags = RegistryTelemetry.Tags(destination, new("airgap.blob.outcome", NameOf(outcome)));
        s_blobs.Add(1, tags);
        s_bytes.Add(blob.Size, tags);
    }

    /// <summary>Marks a span as failed.</summary>
    public static void Fail(Activity? span, Exception failure) =>
        span?.SetStatus(ActivityStatusCode.Error, failure.Message)
            .SetTag("error.type", failure is AirgapException known ? known.Code.ToString() : failure.GetType().Name);

    /// <summary>An outcome as an attribute.</summary>
    public static string NameOf(BlobOutcome outcome) => outcome switch
    {
        BlobOutcome.Copied => "copied",
        BlobOutcome.Mounted => "mounted",
        _ => "present",
    };

    private static string NameOf(TransferPhase phase) => phase switch
    {
        TransferPhase.Planning => "plan",
        TransferPhase.Transferring => "transfer",
        _ => "complete",
    };
}
