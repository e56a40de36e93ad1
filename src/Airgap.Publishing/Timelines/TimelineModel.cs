using System.Collections.Immutable;

namespace Airgap.Publishing.Timelines;

/// <summary>A run's timeline for the report.</summary>
/// <param name="Elapsed">The whole run's duration.</param>
/// <param name="Phases">The phases, in the order of their starts.</param>
/// <param name="Images">The images that took longest, in the order of their starts.</param>
/// <param name="OtherImages">The number of other images.</param>
/// <param name="Waits">The total waits before requests, by reason, longest first. Waits overlap, so their sum may
/// exceed the run.</param>
internal sealed record TimelineModel(
    TimeSpan Elapsed, ImmutableArray<TimelineBar> Phases, ImmutableArray<TimelineBar> Images, int OtherImages,
    ImmutableArray<(string Reason, TimeSpan Time)> Waits);

/// <summary>A bar of the timeline.</summary>
/// <param name="Name">Its label.</param>
/// <param name="Start">Its start, since the run's start.</param>
/// <param name="Duration">Its duration.</param>
/// <param name="Size">Its size in bytes; 0 when it has none.</param>
/// <param name="IsFailed">True when it failed.</param>
internal sealed record TimelineBar(string Name, TimeSpan Start, TimeSpan Duration, long Size, bool IsFailed);
