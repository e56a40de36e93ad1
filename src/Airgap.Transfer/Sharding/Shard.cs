using System.Globalization;
using Airgap.Oci;

namespace Airgap.Transfer.Sharding;

/// <summary>One of the processes that carry out a plan.</summary>
/// <param name="Number">Which, from 1.</param>
/// <param name="Count">Of how many.</param>
internal sealed record Shard(int Number, int Count)
{
    /// <summary>More shards than this are a slip of the pen.</summary>
    public const int MostShards = 10_000;

    /// <summary>Reads a user's text: <c>3/8</c>; <c>3</c> if the plan has their number; <c>auto</c> or <c>auto/8</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="planned">The number of shards in the plan; null if it has none.</param>
    /// <param name="environment">Gives the value of a variable; null for one that is not set.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidShard"/>.</exception>
    public static Shard Parse(string text, int? planned, Func<string, string?> environment)
    {
        string[] parts = text.Split('/');
        bool isAuto = parts[0] == "auto";
        if (parts.Length > 2 || (parts.Length == 2 && ShardEnvironment.NumberOf(parts[1]) is null)
            || (!isAuto && ShardEnvironment.NumberOf(parts[0]) is null))
            throw Invalid($"'{text}' is not a shard");
        int? written = parts.Length == 2 ? ShardEnvironment.NumberOf(parts[1]) : null;
        (int number, int? total, string place) = isAuto
            ? ShardEnvironment.Find(environment) ?? throw Invalid(
                $"'{text}' asks the environment for the shard, and it has neither {ShardEnvironment.Names}")
            : (ShardEnvironment.NumberOf(parts[0])!.Value, null, "");
        // What the engine says is what it started; all that is said has to be the same.
        int?[] said = [planned, written, total];
        if (said.OfType<int>().Distinct().Count() > 1)
            throw Invalid(
                $"The shard is one of {string.Join(" and of ", said.OfType<int>().Distinct())} at once" +
                $"{(place.Length == 0 ? "" : $" ({place})")}{(planned is null ? "" : $", and the plan is for {planned}")}");
        int count = said.OfType<int>().FirstOrDefault();
        if (count == 0)
            throw Invalid($"'{text}' does not give the number of shards, and neither does the plan");
        return number >= 1 && number <= count && count <= MostShards
            ? new Shard(number, count)
            : throw Invalid(
                $"There is no shard {number.ToString(CultureInfo.InvariantCulture)} of {count}{(place.Length == 0 ? "" : $" ({place})")}");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Number}/{Count}";

    /// <summary>The refusal.</summary>
    public static AirgapException Invalid(string problem) => new(
        ErrorCode.InvalidShard, $"{problem}.",
        $"Write NUMBER/COUNT, such as 3/8, with a number from 1 to the count and a count of at most {MostShards}; or auto or auto/8 " +
        "where the CI system or Kubernetes numbers its jobs.");
}
