using System.CommandLine;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Reporting.Markdown;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Evaluation;

namespace Airgap.Tool.Commands;

/// <summary>The flags of <c>publish</c> that name a project and change its settings.</summary>
internal sealed class PublishFlags
{
    private readonly Option<string?> _configuration =
        Flag.Text("--configuration", "NAME", "Configuration (default: as dotnet publish, Release)", "-c");
    private readonly Option<string?> _framework = Flag.Text("--framework", "TFM", "Target framework", "-f");
    private readonly Option<string?> _runtime = Flag.Text("--runtime", "RID", "Runtime identifier", "-r");
    private readonly Option<string[]> _properties = Flag.Properties();
    private readonly Option<bool> _keepGoing = Flag.Switch("--keep-going", "Relocate the other images and items when one fails");
    private readonly Option<bool> _repair =
        Flag.Switch("--repair", "Read everything in the registry, and send again what is missing or damaged");
    private readonly Option<TimeSpan> _lockTimeout = Flag.Duration(
        "--lock-timeout", "Longest wait for another run that writes to the same destination", TimeSpan.FromMinutes(10));

    private readonly Option<string?> _summary = Flag.Text(
        "--summary", "FILE",
        "Markdown report of the relocation to write; 'none' for none (default: the project's AirgapSummary, else the job summary of " +
        "GitHub Actions or Azure Pipelines, if one of them runs this)");

    /// <summary>The project, solution or app.</summary>
    public Argument<string?> Project { get; } = new("PROJECT")
    {
        Description = "Project, solution (.sln, .slnx, .slnf), file-based app (.cs), or a folder with a project or solution (default: the " +
            "current folder)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The flags, in the order of the help.</summary>
    public IEnumerable<Option> All => [_configuration, _framework, _runtime, _properties, _keepGoing, _repair, _lockTimeout, _summary];

    /// <summary>The projects to evaluate: one, or those of a solution.</summary>
    /// <exception cref="Airgap.Oci.AirgapException">2xxx: nothing there is a project, a solution or an app.</exception>
    public IReadOnlyList<EvaluationRequest> Requests(ParseResult parsed) => EvaluationRequest.Create(
        parsed.GetValue(Project), parsed.GetText(_configuration), parsed.GetText(_framework), parsed.GetText(_runtime),
        parsed.GetValue(_properties) ?? []);

    /// <summary>The project's settings, overridden by the command line.</summary>
    public PublishSettings Over(ParseResult parsed, PublishSettings settings) => settings with
    {
        KeepGoing = settings.KeepGoing || parsed.GetValue(_keepGoing),
        Repair = settings.Repair || parsed.GetValue(_repair),
        LockTimeout = parsed.GetResult(_lockTimeout) is { Implicit: false } ? parsed.GetValue(_lockTimeout) : settings.LockTimeout,
    };

    /// <summary>The target of the Markdown summary; null for none.</summary>
    public SummaryTarget? Summary(ParseResult parsed, PublishSettings settings) => parsed.GetText(_summary) is { } asked
        ? SummaryTarget.Find(asked, detects: false, _ => null) : SummaryTarget.Of(settings, Environment.GetEnvironmentVariable);

    /// <summary>The file of the Markdown summary that the command line names; null for none.</summary>
    public string? SummaryFile(ParseResult parsed) =>
        parsed.GetText(_summary) is { } asked && !SummaryTarget.IsOff(asked) ? asked : null;
}
