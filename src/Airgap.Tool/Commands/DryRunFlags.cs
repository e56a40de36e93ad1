using System.CommandLine;
using Airgap.Oci;
using Airgap.Publishing.Forecasts;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Files;
using Airgap.Transfer.Sharding;

namespace Airgap.Tool.Commands;

/// <summary>The flags of a command with a dry run, and the output of the dry run.</summary>
/// <param name="carriesOut">True if the command can also carry out a plan.</param>
internal sealed class DryRunFlags(bool carriesOut = false)
{
    private readonly Option<bool> _dryRun = Flag.Switch("--dry-run", "Show what would be copied, and copy nothing");
    private readonly Option<string?> _plan = Flag.Text(
        "--plan", "FILE", carriesOut
            ? "With --dry-run, JSON file to write its plan to; without, the plan for shards (--plan-out) to carry out"
            : "JSON file to write the dry run's plan to");

    /// <summary>The flags.</summary>
    public IEnumerable<Option> All => [_dryRun, _plan];

    /// <summary>True for a dry run.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="isDry">True when something other than the flag requests a dry run.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public bool IsDry(ParseResult parsed, bool isDry = false)
    {
        if (isDry || parsed.GetValue(_dryRun))
            return true;
        return parsed.GetText(_plan) is null
            ? false
            : throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Flag --plan can only be used with --dry-run",
                "The --json document of a copy states what it did.");
    }

    /// <summary>The plan to carry out; null for none.</summary>
    public string? PlanToRun(ParseResult parsed) => carriesOut && !parsed.GetValue(_dryRun) ? parsed.GetText(_plan) : null;

    /// <summary>Refuses a dry run of a plan that is to be carried out.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="hasSource">True if the command line names what is copied.</param>
    /// <param name="ofRun">The given flag that is only valid for carrying out a plan; null for none.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>.</exception>
    public void CheckPlan(ParseResult parsed, bool hasSource, string? ofRun)
    {
        if (!parsed.GetValue(_dryRun) || parsed.GetText(_plan) is null || (hasSource && ofRun is null))
            return;
        throw new AirgapException(
            ErrorCode.IncompatibleOptions, $"Cannot use --dry-run with {(ofRun is null ? "a plan for shards" : ofRun)}",
            "To carry out the plan, leave --dry-run out. With a source and a destination, --plan is the file to write the dry " +
            "run's plan to.");
    }

    /// <summary>Checks that the plan file can be written, and creates its folder.</summary>
    /// <exception cref="AirgapException">3xxx: the file cannot be written; <see cref="ErrorCode.RunPlanInTheWay"/>.</exception>
    public void Check(ParseResult parsed)
    {
        if (parsed.GetText(_plan) is not { } file)
            return;
        OutputCheck.OfFile(file, makesFolder: true);
        RunPlanFile.RefuseToReplace(file);
    }

    /// <summary>Shows a plan, and writes it to the requested file.</summary>
    public async Task ShowAsync(ParseResult parsed, PlanDocument plan, Session session, CancellationToken cancellationToken)
    {
        session.Report.Plan = plan;
        session.Report.Summary = plan.Summary;
        foreach (string line in PlanWriter.Lines(plan))
            session.WriteResult(line);
        if (parsed.GetText(_plan) is { } file)
        {
            await PlanWriter.WriteAsync(Path.GetFullPath(file), plan, cancellationToken);
            session.Report.Files = [new ReportFile(file, "plan")];
            session.WriteResult(file);
        }

        if (FileFlags.NotInDryRun(parsed) is { Length: > 0 } idle)
            session.Warn(new Diagnostic(
                ErrorCode.NotInDryRun, $"A dry run does not write what {string.Join(" and ", idle)} name{(idle.Length == 1 ? "s" : "")}.",
                "Omit them in a dry run, or run without --dry-run."));
        session.WriteResult($"dry run: {plan.Summary}; nothing was moved");
    }
}
