using System.Globalization;
using Airgap.Oci;

namespace Airgap.Transfer.Sharding;

/// <summary>One of the processes that carry out a plan.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Count">The number of shards.</param>
internal sealed record Shard(int Number, int Count)
{
    /// <summary>The maximum number of shards; a larger one is assumed to be a typing error.</summary>
    public const int MostShards = 10_000;

    /// <summary>Parses <c>3/8</c>, <c>3</c> if the plan has the number of shards, <c>auto</c>, or <c>auto/8</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="planned">The number of shards in the plan; null if it gives none.</param>
    /// <param name="environment">Returns a variable's value, or null.</param>
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
                $"'{text}' takes the shard from the environment, but that has neither {ShardEnvironment.Names}")
            : (ShardEnvironment.NumberOf(parts[0])!.Value, null, "");
        // All given numbers must agree with what the CI system started.
        int?[] said = [planned, written, total];
        if (said.OfType<int>().Distinct().Count() > 1)
            throw Invalid(
                $"The number of shards is both {string.Join(" and ", said.OfType<int>().Distinct())}" +
                $"{(place.Length == 0 ? "" : $" ({place})")}{(planned is null ? "" : $", but the plan is for {planned}")}");
        int count = said.OfType<int>().FirstOrDefault();
        if (count == 0)
            throw Invalid($"'{text}' does not give the number of shards, and neither does the plan");
        return number >= 1 && number <= count && count <= MostShards
            ? new Shard(number, count)
            : throw Invalid(
                $"There is no shard {number.ToString(CultureInfo.InvariantCulture)} of {count}{(place.Length == 0 ? "" : $" ({place})")}" +
                (number == 0 ? ": shards are counted from 1, and 'auto' reads the number of engines that count from 0" : ""));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Number}/{Count}";

    /// <summary>The error for an invalid shard.</summary>
    public static AirgapException Invalid(string problem) => new(
        ErrorCode.InvalidShard, $"{problem}.",
        $"Write NUMBER/COUNT, such as 3/8, with a number from 1 to the count and a count of at most {MostShards}; or auto or auto/8 " +
        "where the CI system or Kubernetes numbers its jobs.");
}
