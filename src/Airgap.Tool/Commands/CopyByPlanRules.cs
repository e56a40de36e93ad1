using System.CommandLine;
using Airgap.Oci;
using Airgap.Transfer.Sharding;

namespace Airgap.Tool.Commands;

/// <summary>
/// The flags that are valid for a plan that several processes carry out: the plan determines what is copied, each run determines how.
/// </summary>
internal static class CopyByPlanRules
{
    // The flags that a run accepts in addition to those of every command and of registries.
    private static readonly string[] s_ofEach = ["--concurrency", "--ask-in-bulk", "--audit-log", "--record-user"];

    private static readonly string[] s_ofFinish =
    [
        "--lock-output", "--report", "--summary", "--receipt", "--receipt-form", "--sign-key", "--sign-key-password-file", "--sign-command",
        "--sign-images",
    ];

    // The flags of a run that moves content, which the run that writes the plan does not accept.
    private static readonly string[] s_notOfPlan =
        ["--resume", "--repair", "--ask-in-bulk", "--keep-going", "--volume-size", "--audit-log", .. s_ofFinish];

    /// <summary>Refuses flags that a plan does not record.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>, <see cref="ErrorCode.PlanNotShared"/>.</exception>
    public static void Check(
        ParseResult parsed, CopyRequest request, int mapped, CopyFlags flags, CopySigning signing, bool isDry)
    {
        if (isDry)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Cannot use --plan-out with --dry-run", "Omit --dry-run: writing a plan moves nothing.");
        if (Given(parsed, flags.All.Concat(signing.All)).FirstOrDefault(option => s_notOfPlan.Contains(option.Name)) is { } other)
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, $"Flag {other.Name} cannot be used with --plan-out",
                s_ofFinish.Contains(other.Name) ? "Give it to the finish: copy --plan FILE --finish." : "Omit it.");
        if (mapped > 0 || request.Template is not null)
            throw RunPlanSupport.No(request.Source, "it has several destination repositories");
        RunPlanSupport.Check(request.Source, request.Destination);
    }

    /// <summary>Refuses flags whose values come from the plan.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public static void CheckRun(
        ParseResult parsed, CopyFlags flags, CopySigning signing, IEnumerable<Option> asked, bool isShard)
    {
        string[] allowed = isShard ? s_ofEach : [.. s_ofEach, .. s_ofFinish];
        Option? other = Given(parsed, flags.All.Concat(signing.All).Concat(asked)).FirstOrDefault(option => !allowed.Contains(option.Name));
        if (other is null)
            return;
        throw isShard && s_ofFinish.Contains(other.Name)
            ? new AirgapException(
                ErrorCode.IncompatibleOptions, $"Flag {other.Name} cannot be used with --shard",
                "Give it to the finish: only then everything is there.")
            : new AirgapException(
                ErrorCode.IncompatibleOptions, $"Flag {other.Name} cannot be used with --plan, which is carried out",
                "The plan determines content and destination: give the flag to the run that writes it (--plan-out)." +
                (flags.Sources.Contains(other) ? " To write the plan of a dry run, add --dry-run." : ""));
    }

    private static IEnumerable<Option> Given(ParseResult parsed, IEnumerable<Option> options) =>
        options.Where(option => parsed.GetResult(option) is { Implicit: false });
}
