using System.Globalization;
using Airgap.Oci;

namespace Airgap.Transfer.Sharding;

/// <summary>Reads the number of this job among parallel jobs from the environment.</summary>
internal static class ShardEnvironment
{
    /// <summary>The variables, for messages.</summary>
    public const string Names =
        "JOB_COMPLETION_INDEX (Kubernetes), CI_NODE_INDEX and CI_NODE_TOTAL (GitLab) nor SYSTEM_JOBPOSITIONINPHASE and " +
        "SYSTEM_TOTALJOBSINPHASE (Azure Pipelines)";

    /// <summary>Reads the variables.</summary>
    /// <param name="environment">Returns a variable's value, or null.</param>
    /// <returns>The shard, from 1, the number of shards if known, and the variable; null if there is none.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidShard"/>: a variable is set but is not a number.</exception>
    /// <remarks>An indexed Job of Kubernetes counts from 0 and does not give the number of jobs; GitLab (<c>parallel:</c>) and Azure
    /// Pipelines (<c>strategy: parallel:</c>) count from 1 and do. Kubernetes takes precedence: an indexed Job inside another job
    /// divides the work itself.</remarks>
    public static (int Number, int? Count, string Variable)? Find(Func<string, string?> environment)
    {
        if (Read("JOB_COMPLETION_INDEX", 0, Shard.MostShards - 1) is { } index)
            return (index + 1, null, $"JOB_COMPLETION_INDEX={index}, counted from 0");
        foreach ((string number, string count) in new[]
            { ("CI_NODE_INDEX", "CI_NODE_TOTAL"), ("SYSTEM_JOBPOSITIONINPHASE", "SYSTEM_TOTALJOBSINPHASE") })
        {
            if (Read(number, 1, Shard.MostShards) is { } found)
                return (found, Read(count, 1, Shard.MostShards), $"{number}={found}");
        }

        return null;

        // A set but invalid variable is an error: falling back to another variable would carry out another job's shard.
        int? Read(string name, int least, int most) => environment(name) is not { } text ? null
            : NumberOf(text) is { } value && value >= least && value <= most ? value
            : throw Shard.Invalid($"The variable {name} is '{Printable.Line(text)}', which is not a number from {least} to {most}");
    }

    /// <summary>A number of decimal digits alone; null for anything else.</summary>
    public static int? NumberOf(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
