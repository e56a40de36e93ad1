using System.Globalization;
using Airgap.Oci;

namespace Airgap.Transfer.Sharding;

/// <summary>Reads this job's number among several jobs from the environment.</summary>
internal static class ShardEnvironment
{
    /// <summary>The variables, for messages.</summary>
    public const string Names =
        "JOB_COMPLETION_INDEX (Kubernetes), CI_NODE_INDEX and CI_NODE_TOTAL (GitLab) nor SYSTEM_JOBPOSITIONINPHASE and " +
        "SYSTEM_TOTALJOBSINPHASE (Azure Pipelines)";

    /// <summary>Examines them.</summary>
    /// <param name="environment">Gives the value of a variable.</param>
    /// <returns>The shard, from 1, the number of shards if known, and the variable; null if there is none.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidShard"/>: a variable is set and says no number.</exception>
    /// <remarks>An indexed Job of Kubernetes counts from 0 and does not say how many there are; GitLab (<c>parallel:</c>) and Azure
    /// Pipelines (<c>strategy: parallel:</c>) count from 1 and do. Where several are set, the one of Kubernetes counts: what made an
    /// indexed Job inside another job has divided the work there.</remarks>
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

        // One that is set and says nothing is a fault of what set it: another variable would give another job's share.
        int? Read(string name, int least, int most) => environment(name) is not { } text ? null
            : NumberOf(text) is { } value && value >= least && value <= most ? value
            : throw Shard.Invalid($"The variable {name} is '{Printable.Line(text)}', which is not a number from {least} to {most}");
    }

    /// <summary>A number of decimal digits alone; null for anything else.</summary>
    public static int? NumberOf(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
