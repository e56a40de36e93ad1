using System.Globalization;
using Airgap.Oci;

namespace Airgap.Transfer.Sharding;

/// <summary>Reads the number of this job among parallel jobs from the environment.</summary>
internal static class ShardEnvironment
{
    // CI_NODE_INDEX comes last: GitLab counts from 1, but pipelines of other engines may set the variable from the engine's own one, and
    // count differently.
    private static readonly Engine[] s_engines =
    [
        new("Azure Pipelines", "SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE", First: 1),
        new("CircleCI", "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", First: 0),
        new("Buildkite", "BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", First: 0),
        new("Bitbucket", "BITBUCKET_PARALLEL_STEP", "BITBUCKET_PARALLEL_STEP_COUNT", First: 0),
        new("Semaphore", "SEMAPHORE_JOB_INDEX", "SEMAPHORE_JOB_COUNT", First: 1),
        new("GitLab", "CI_NODE_INDEX", "CI_NODE_TOTAL", First: 1),
    ];

    /// <summary>The names of the variables, joined by "nor" for messages.</summary>
    public static string Names { get; } = "JOB_COMPLETION_INDEX (Kubernetes) nor " +
        string.Join(" nor ", s_engines.Select(engine => $"{engine.Index} ({engine.Name})"));

    /// <summary>Reads the variables.</summary>
    /// <param name="environment">Returns a variable's value, or null.</param>
    /// <returns>The shard, from 1, the number of shards if known, and the variable; null if there is none.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidShard"/>: a variable is set but is not a number.</exception>
    /// <remarks>An indexed Job of Kubernetes counts from 0 and does not give the number of jobs. Kubernetes takes precedence: an indexed
    /// Job inside another job divides the work itself.</remarks>
    public static (int Number, int? Count, string Variable)? Find(Func<string, string?> environment)
    {
        if (Read("JOB_COMPLETION_INDEX", 0, Shard.MostShards - 1) is { } index)
            return (index + 1, null, $"JOB_COMPLETION_INDEX={index}, counted from 0");
        foreach (Engine engine in s_engines)
        {
            if (Read(engine.Index, engine.First, Shard.MostShards - 1 + engine.First) is { } found)
                return (found + 1 - engine.First, Read(engine.Count, 1, Shard.MostShards),
                    $"{engine.Index}={found}, counted from {engine.First}");
        }

        return null;

        // A set but invalid variable is an error: falling back to another variable would carry out another job's shard.
        int? Read(string name, int least, int most) => environment(name) is not { } text ? null
            : NumberOf(text) is { } value && value >= least && value <= most ? value
            : throw Shard.Invalid($"The variable {name} is '{Printable.Line(text)}', which is not a number from {least} to {most}");
    }

    /// <summary>
    /// The variable that numbers this job, if the engine runs several jobs; null if there is none, or if there is only one job. An indexed
    /// Job of Kubernetes does not give the number of jobs, and is assumed to have several.
    /// </summary>
    /// <param name="environment">Returns a variable's value, or null.</param>
    public static string? FindOneOfSeveral(Func<string, string?> environment)
    {
        try
        {
            return Find(environment) is { Count: not 1 } found ? found.Variable : null;
        }
        catch (AirgapException)
        {
            // An invalid variable is no error here, because the number of the job was not requested.
            return null;
        }
    }

    /// <summary>The value of a text that consists of decimal digits only; null for anything else.</summary>
    public static int? NumberOf(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>An engine that numbers jobs.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Index">The variable with a job's number.</param>
    /// <param name="Count">The variable with the number of jobs.</param>
    /// <param name="First">The number of the first job.</param>
    private sealed record Engine(string Name, string Index, string Count, int First);
}
