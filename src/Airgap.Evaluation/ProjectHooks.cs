using Microsoft.Build.Evaluation;
using Microsoft.Build.Execution;
using Microsoft.Build.Framework;

namespace Airgap.Evaluation;

/// <summary>
/// Runs only the targets that a publish would run before relocating: those that create items, and those that set the
/// version of a bundle of the project's content. A project without such targets is only evaluated.
/// </summary>
internal static class ProjectHooks
{
    private const string Publish = "PublishImgpkgBundles";

    // The package's own targets at the same point, which are skipped.
    private static readonly string[] s_own = ["_CheckAirgapMSBuild", "_PublishAirgapImages"];

    // Packages that set the version in a target, and the target that exists after restore.
    private static readonly (string Package, string Target)[] s_versioners =
        [("MinVer", "MinVer"), ("Nerdbank.GitVersioning", "GetBuildVersion"), ("GitVersion.MsBuild", "GetVersion")];

    /// <summary>Runs them.</summary>
    /// <param name="project">The evaluated project.</param>
    /// <param name="content">The types of the items that form a bundle.</param>
    /// <param name="failure">Why they could not be run; null if they ran, or if there are none.</param>
    /// <returns>The project after the targets; null if there are none.</returns>
    public static ProjectInstance? Run(Project project, IReadOnlyList<string> content, out EvaluationFailure? failure)
    {
        failure = null;
        ProjectInstance? instance = null;
        string[] makers = [.. List(project.GetPropertyValue(Publish + "DependsOn")),
            .. Before(project, Publish).Except(s_own, StringComparer.OrdinalIgnoreCase)];
        if (makers.Length > 0)
        {
            instance = project.CreateProjectInstance();
            failure = Build(instance, makers);
        }

        bool hasContent = content.Any(type => instance is null ? project.GetItems(type).Count > 0 : instance.GetItems(type).Count > 0);
        if (failure is not null || !hasContent || project.GetPropertyValue("AirgapBundleTag").Length > 0)
            return instance;
        if (s_versioners.FirstOrDefault(
            versioner => References(project, versioner.Package)
            && !project.Targets.ContainsKey(versioner.Target)) is { Package: { } package })
        {
            failure = new EvaluationFailure(
                IsSdkMissing: false, $"the package {package} sets the version, which is the bundle's tag, but is not restored.",
                project.FullPath)
            {
                Advice = "Run 'dotnet restore' on it, or set AirgapBundleTag.",
            };
            return instance;
        }

        string[] versions = [.. List(project.GetPropertyValue("GetPackageVersionDependsOn"))];
        if (project.Targets.ContainsKey("GetAssemblyVersion") && Before(project, "GetAssemblyVersion").Any())
            versions = [.. versions, "GetAssemblyVersion"];
        if (versions.Length > 0)
        {
            instance ??= project.CreateProjectInstance();
            failure = Build(instance, versions);
        }

        return instance;
    }

    private static IEnumerable<string> Before(Project project, string target) => project.Targets.Values
        .Where(other => List(project.ExpandString(other.BeforeTargets)).Contains(target, StringComparer.OrdinalIgnoreCase))
        .Select(other => other.Name);

    private static bool References(Project project, string package) =>
        project.GetItems("PackageReference")
            .Any(reference => reference.EvaluatedInclude.Equals(package, StringComparison.OrdinalIgnoreCase));

    private static string[] List(string text) => text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static EvaluationFailure? Build(ProjectInstance instance, string[] targets)
    {
        FirstError error = new();
        if (instance.Build(targets, [error]))
            return null;
        return error.Failure ?? new EvaluationFailure(
            IsSdkMissing: false, $"the targets {string.Join(", ", targets)} failed.", instance.FullPath);
    }

    private sealed class FirstError : ILogger
    {
        public EvaluationFailure? Failure { get; private set; }

        public LoggerVerbosity Verbosity { get; set; }

        public string? Parameters { get; set; }

        public void Initialize(IEventSource eventSource) => eventSource.ErrorRaised += (_, e) =>
            Failure ??= new EvaluationFailure(
                IsSdkMissing: false, $"{e.Code}: {e.Message?.ReplaceLineEndings(" ")}".TrimStart(':', ' '), e.File,
                e.LineNumber, e.ColumnNumber);

        public void Shutdown()
        {
        }
    }
}
