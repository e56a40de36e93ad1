using Airgap.Oci;
using Airgap.Publishing;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>Reports a run to MSBuild: as the task's outputs, and as log lines.</summary>
internal sealed class RunReport(PublishImgpkgBundles task, BuildLog log)
{
    /// <summary>Reports the result of a dry run.</summary>
    public void Report(PublishPlan plan, PublishedFile file)
    {
        task.Plans = OutputItems.Files([file]);
        foreach (string line in PlanWriter.Lines(plan.Document))
            log.Message(MessageImportance.High, "  " + line);
        if (plan.Lock is { IsNone: false } change)
            log.Message(MessageImportance.High, $"  {change.Path} would change: {change}");
        log.Message(MessageImportance.High, $"{task.ProjectName} -> {file.Path} (dry run: {plan.Document.Summary})");
    }

    /// <summary>Reports the result of a relocation.</summary>
    public void Report(PublishResult result, PublishSettings settings, string? applied)
    {
        task.Manifests = [.. OutputItems.Files(result, PublishedFileKind.PackageRepository),
            .. OutputItems.Files(result, PublishedFileKind.SecretExport), .. OutputItems.Files(result, PublishedFileKind.Namespace),
            .. OutputItems.Files(result, PublishedFileKind.GitOps)];
        task.Secrets = OutputItems.Files(result, PublishedFileKind.Secret);
        task.LockFiles = OutputItems.Files(result, PublishedFileKind.Lock);
        // Only the kustomization next to the folder of the manifests: the other one is inside that folder.
        task.Kustomizations = OutputItems.Files(
            result.Files.Where(file =>
                file.Kind == PublishedFileKind.Kustomization && Path.GetFileName(file.Path) == KustomizationWriter.FileName));
        task.Reports = [.. OutputItems.Files(result, PublishedFileKind.Report), .. OutputItems.Files(result, PublishedFileKind.Page)];
        task.Archives = OutputItems.Files(result, PublishedFileKind.Archive);
        task.Relocated = OutputItems.Items(result);
        if (result.Lock is { IsNone: false } changed)
            log.Message(MessageImportance.High, $"  {changed.Path}: {changed}");
        foreach (Diagnostic failure in result.Failures)
            log.Error(failure);
        // Without a destination, the project publishes as if it did not reference this package, and the line of dotnet
        // publish stays the last.
        string folder = settings.FullOutputPath;
        if (result.Items.Length > 0 || result.Failures.Length > 0)
            log.Message(MessageImportance.High,
                $"{task.ProjectName} -> {folder} " +
                $"({result.Summary}{(string.IsNullOrEmpty(applied) ? "" : $"; {settings.Apply!.Context}: {applied}")})" +
                OtherPlaces(result, folder));
        else if (result.Lock is { } updated)
            log.Message(MessageImportance.High, $"{task.ProjectName} -> {updated.Path} ({result.Summary})");
    }

    // The terminal logger shows only the last such line of a project, so our line must include the publish folder. It links the line up
    // to the last separator: what lies beside the artifacts is named without one, so that the link is the artifacts' folder.
    private string OtherPlaces(PublishResult result, string folder)
    {
        string[] archives = [.. result.Files.Where(file => file.Kind == PublishedFileKind.Archive).Select(file => file.Path)];
        IEnumerable<string> places = archives.Length > 3
            ? [$"{archives.Length} archives in {Path.GetDirectoryName(archives[0])}{Path.DirectorySeparatorChar}"] : archives;
        if (task.PublishFolder is { Length: > 0 } published)
            places = places.Append(published);
        string? parent = ParentOf(folder);
        return string.Concat(places.Select(place =>
            ParentOf(place) == parent ? $"; beside it: {Path.GetFileName(Path.TrimEndingDirectorySeparator(place))}" : "; " + place));
    }

    private static string? ParentOf(string path) => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path));
}
