using System.CommandLine;
using Airgap.Oci;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;
using Airgap.Transfer.Files;
using Airgap.Transfer.Sharding;

namespace Airgap.Tool.Commands;

/// <summary>The flags of <c>copy</c> by which several processes carry out one plan.</summary>
internal sealed class ShardFlags
{
    private readonly Option<string?> _planOut = Flag.Text(
        "--plan-out", "FILE", "Write the plan that several processes carry out, each with --plan FILE --shard, and move nothing");

    private readonly Option<string?> _shard = Flag.Text(
        "--shard", "NUMBER/COUNT",
        "With --plan, send this part of the plan's blobs, such as 3/8; 'auto' or 'auto/8' where the CI system or an indexed Job of " +
        "Kubernetes numbers its jobs");

    private readonly Option<bool> _finish = Flag.Switch(
        "--finish", "With --plan, check every blob, push the remaining manifests, set the tag last, and write lock and reports");

    private readonly Option<int> _shards = Flag.Number(
        "--shards", "Number of shards, recorded in the plan; a finish then names the shards to run again", 0, 1);

    /// <summary>The flags.</summary>
    public IEnumerable<Option> All => [_planOut, _shard, _finish, _shards];

    /// <summary>The plan to write; null for none.</summary>
    public string? PlanOut(ParseResult parsed) => parsed.GetText(_planOut);

    /// <summary>True for a finish.</summary>
    public bool Finishes(ParseResult parsed) => parsed.GetValue(_finish);

    /// <summary>The given flag that is only valid for carrying out a plan; null for none.</summary>
    public string? OfRun(ParseResult parsed) => HasShard(parsed) ? _shard.Name : Finishes(parsed) ? _finish.Name : null;

    /// <summary>True for a shard.</summary>
    public bool HasShard(ParseResult parsed) => parsed.GetText(_shard) is not null;

    /// <summary>The number of shards; null if it is not given.</summary>
    public int? Count(ParseResult parsed) => parsed.GetValue(_shards) is > 0 and int count ? count : null;

    /// <summary>True to carry out a plan.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="plan">The file of <c>--plan</c>; null without a plan to carry out.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public bool RunsPlan(ParseResult parsed, string? plan)
    {
        bool hasShard = HasShard(parsed);
        if (hasShard && Finishes(parsed))
            throw No("Cannot use --shard with --finish", "Finish when all shards have ended.");
        if (hasShard && Count(parsed) is not null)
            throw No("Cannot use --shards with --shard", "Write both numbers into --shard, such as 3/8.");
        if (plan is null && (hasShard || Finishes(parsed)))
            throw No($"Flag {(hasShard ? _shard.Name : _finish.Name)} can only be used with --plan",
                "Name the file that --plan-out wrote.");
        if (plan is not null && PlanOut(parsed) is not null)
            throw No("Cannot use --plan-out with --plan", "Give one of them: --plan-out writes a plan, and --plan carries one out.");
        if (plan is null && Count(parsed) is not null && PlanOut(parsed) is null)
            throw No("Flag --shards can only be used with --plan-out or --finish", "Omit it.");
        return plan is not null;
    }

    /// <summary>The shard to carry out; null for none.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidShard"/>.</exception>
    public Shard? Shard(ParseResult parsed, RunPlanDocument plan) => parsed.GetText(_shard) is { } text
        ? Airgap.Transfer.Sharding.Shard.Parse(text, plan.Shards, Environment.GetEnvironmentVariable) : null;

    /// <summary>
    /// Warns when this is one of several jobs and would carry out the whole plan: each of the other jobs would do the same.
    /// </summary>
    public void WarnOfWhole(ParseResult parsed, Session session)
    {
        if (HasShard(parsed) || Finishes(parsed) || ShardEnvironment.FindOneOfSeveral(Environment.GetEnvironmentVariable) is not { } place)
            return;
        session.Warn(new Diagnostic(
            ErrorCode.ShardNotAsked, $"This is one of several jobs ({place}), but without {_shard.Name} it carries out all of the plan.",
            $"Write {_shard.Name} auto, or auto/COUNT, and finish once with {_finish.Name}."));
    }

    /// <summary>The number of shards of a plan, from the plan or the flag; null if neither has it.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidShard"/>: they differ.</exception>
    public int? Count(ParseResult parsed, RunPlanDocument plan) =>
        Count(parsed) is { } count && plan.Shards is { } planned && count != planned
            ? throw Invalid($"Flag --shards is {count}, but the plan is for {planned} shards", "Omit --shards: the plan gives the number.")
            : Count(parsed) ?? plan.Shards;

    /// <summary>Checks that the plan can be written.</summary>
    /// <exception cref="AirgapException">3xxx: nothing can be written there; <see cref="ErrorCode.InvalidShard"/>.</exception>
    public void Check(ParseResult parsed)
    {
        OutputCheck.OfFiles(PlanOut(parsed));
        if (Count(parsed) is > Airgap.Transfer.Sharding.Shard.MostShards and var count)
            throw Invalid(
                $"Flag --shards is {count}, and there are at most {Airgap.Transfer.Sharding.Shard.MostShards} shards",
                "Name a smaller number.");
    }

    private static AirgapException Invalid(string problem, string advice) => new(ErrorCode.InvalidShard, $"{problem}.", advice);

    private static AirgapException No(string problem, string advice) => new(ErrorCode.IncompatibleOptions, problem, advice);
}
