using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;

namespace Airgap.TestKit.Sharding;

/// <summary>A simulated network of machines and two registries, with their limits.</summary>
public sealed record ShardWorld
{
    /// <summary>The number of blobs that a shard transfers at once.</summary>
    public int Concurrency { get; init; } = 16;

    /// <summary>Seconds that a request takes, besides its bytes.</summary>
    public double RoundTrip { get; init; } = 0.03;

    /// <summary>Bytes per second that one machine receives and sends at the same time.</summary>
    public double Line { get; init; } = 125e6;

    /// <summary>Bytes per second of one stream.</summary>
    public double Stream { get; init; } = double.PositiveInfinity;

    /// <summary>Bytes per second of the slower registry, for all machines together.</summary>
    public double Registry { get; init; } = double.PositiveInfinity;

    /// <summary>Checks for blobs that the destination answers per second.</summary>
    public double Reads { get; init; } = double.PositiveInfinity;

    /// <summary>Upload requests that the destination accepts per second.</summary>
    public double Uploads { get; init; } = double.PositiveInfinity;

    /// <summary>Manifests that the destination accepts per second.</summary>
    public double Manifests { get; init; } = double.PositiveInfinity;

    /// <summary>Seconds until a machine begins.</summary>
    public double Start { get; init; }
}

/// <summary>The cost of a relocation.</summary>
/// <param name="Shards">Seconds until the last shard ended.</param>
/// <param name="Finish">Duration of the finish in seconds.</param>
/// <param name="Reads">Number of checks for blobs.</param>
/// <param name="Uploads">Number of upload requests.</param>
/// <param name="Manifests">Number of manifests.</param>
/// <param name="Idle">The part of its time for which the average shard waited for the last one.</param>
public sealed record ShardTimes(double Shards, double Finish, int Reads, int Uploads, int Manifests, double Idle)
{
    /// <summary>The total duration in seconds.</summary>
    public double Total => Shards + Finish;
}

/// <summary>
/// A model of shards that carry out a plan: requests take their round trip and wait for the destination's limits; bytes share the lines and
/// registries that they pass. It measures nothing and moves nothing.
/// </summary>
public static class ShardModel
{
    private const int UploadRequests = 2;

    /// <summary>Calculates the cost of a plan at a new destination.</summary>
    public static ShardTimes Run(TransferPlan plan, int count, ShardWorld world)
    {
        ShardAssignment assignment = ShardAssignment.Of([plan], count);
        ShardSimulation shards = new(world);
        int manifests = 0;
        for (int number = 1; number <= count; number++)
        {
            TransferPlan part = ShardSlice.Of(plan, blob => assignment.ShardOf(blob) == number);
            manifests += part.Items.DistinctBy(item => item.Digest).Count();
            shards.Add(
                [
                    [.. part.Blobs.Select(_ => new Step[] { new(Kind.Read) })],
                    // The request to the source runs while the upload is opened.
                    [.. part.Blobs.OrderByDescending(blob => blob.Descriptor.Size).Select(blob => new Step[]
                        { new(Kind.Upload), new(Kind.Bytes, blob.Descriptor.Size), new(Kind.Upload) })],
                    [.. part.Items.DistinctBy(item => item.Digest).Select(_ => new Step[] { new(Kind.Manifest) })],
                ]);
        }

        (double last, double mean) = shards.Run();
        int all = plan.Items.SelectMany(item => item.Content.SelfAndDescendants()).DistinctBy(node => node.Manifest.Digest).Count();
        ShardSimulation finish = new(world);
        finish.Add(
            [
                [.. plan.Blobs.Select(_ => new Step[] { new(Kind.Read) })],
                [.. Enumerable.Range(0, all - manifests).Select(_ => new Step[] { new(Kind.Manifest) })],
            ]);
        return new ShardTimes(
            last, finish.Run().Last, 2 * plan.Blobs.Length, UploadRequests * plan.Blobs.Length, all, last == 0 ? 0 : 1 - (mean / last));
    }

    internal enum Kind
    {
        Read,
        Upload,
        Manifest,
        Bytes,
    }

    internal readonly record struct Step(Kind Kind, long Bytes = 0);
}
