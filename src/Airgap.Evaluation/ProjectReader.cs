using Microsoft.Build.Construction;
using Microsoft.Build.Evaluation;
using Microsoft.Build.Exceptions;
using Microsoft.Build.Execution;

namespace Airgap.Evaluation;

/// <summary>Evaluates a project as <c>dotnet publish</c> does, and extracts what matters for relocation.</summary>
internal static class ProjectReader
{
    // The locations of these items may be written as patterns, which are not file patterns.
    private const string Trust = "ImgpkgTrust";

    private static readonly string[] s_itemTypes =
        ["ImgpkgBundle", "ImgpkgImage", "ImgpkgLock", "ImgpkgBundleContent", "ImgpkgBundleImage", Trust, "ProjectReference"];

    private static readonly string[] s_contentTypes = ["ImgpkgBundleContent", "ImgpkgBundleImage"];

    // To a condition of MSBuild, each of these is false.
    private static readonly string[] s_off = ["false", "off", "no", "!true", "!on", "!yes"];

    // MSBuild adds these metadata to each item; the project's author did not write them.
    private static readonly string[] s_wellKnown =
    [
        "FullPath", "RootDir", "Filename", "Extension", "RelativeDir", "Directory", "RecursiveDir", "Identity", "ModifiedTime",
        "CreatedTime", "AccessedTime",
        "DefiningProjectFullPath", "DefiningProjectDirectory", "DefiningProjectName", "DefiningProjectExtension",
    ];

    /// <summary>Reads a project.</summary>
    public static EvaluatedProject Read(string path, Dictionary<string, string> properties)
    {
        using ProjectCollection collection = new();
        try
        {
            ProjectRootElement root = FileBasedApp.Is(path)
                ? FileBasedApp.Read(path, collection) : ProjectRootElement.Open(path, collection);
            Project project = LoadAsPublish(collection, root, properties);
            if (project.GetPropertyValue("TargetFrameworks").Length > 0 && project.GetPropertyValue("TargetFramework").Length == 0)
            {
                return new EvaluatedProject
                {
                    Failure = new EvaluationFailure(
                        IsSdkMissing: false, "it targets several frameworks, but a publish needs one: select it with -f.", path)
                    {
                        WantsFramework = true
                    },
                    Properties = Properties(project, null),
                };
            }

            LiteralItems.Keep(project, Trust, out _);
            ProjectInstance? built = ProjectHooks.Run(project, s_contentTypes, out EvaluationFailure? failure);
            return failure is not null
                ? new EvaluatedProject { Failure = failure }
                : new EvaluatedProject
                {
                    Items = Items(project, built),
                    Properties = Properties(project, built),
                    LostTrust = [.. LiteralItems.InTargets(project, Trust).Select(item => new EvaluatedItem(
                        Trust, item.Include, new Dictionary<string, string>(), item.Place.File, item.Place.Line, item.Place.Column))],
                };
        }
        catch (InvalidProjectFileException failure)
        {
            return new EvaluatedProject
            {
                Failure = new EvaluationFailure(
                    IsSdkMissing: false, $"{failure.ErrorCode}: {failure.BaseMessage.ReplaceLineEndings(" ")}".TrimStart(':', ' '),
                    failure.ProjectFile, failure.LineNumber, failure.ColumnNumber),
            };
        }
        catch (IOException failure)
        {
            return new EvaluatedProject
            {
                Failure = new EvaluationFailure(IsSdkMissing: false, failure.Message.ReplaceLineEndings(" "), path)
            };
        }
    }

    // A publish sets Release if the project's PublishRelease is true, the SDK's default from .NET 8 on.
    private static Project LoadAsPublish(ProjectCollection collection, ProjectRootElement path, Dictionary<string, string> properties)
    {
        if (properties.ContainsKey("Configuration"))
            return new Project(path, properties, toolsVersion: null, collection, LiteralItems.LoadSettings);
        Dictionary<string, string> release = new(properties, StringComparer.OrdinalIgnoreCase) { ["Configuration"] = "Release" };
        Project project = new(path, release, toolsVersion: null, collection, LiteralItems.LoadSettings);
        if (IsTrue(project.GetPropertyValue("PublishRelease"))
            || project.GetPropertyValue("TargetFramework").Length == 0)
            return project;
        return new Project(path, properties, toolsVersion: null, collection, LiteralItems.LoadSettings);
    }

    // As the targets compare it.
    private static bool IsTrue(string value) => value.Equals("true", StringComparison.OrdinalIgnoreCase);

    // Any other word is refused by the tool, as by the targets.
    private static bool MayPin(string value) => value.Length > 0 && !s_off.Contains(value, StringComparer.OrdinalIgnoreCase);

    private static List<EvaluatedItem> Items(Project project, ProjectInstance? built)
    {
        List<EvaluatedItem> items = [];
        foreach (string type in s_itemTypes)
        {
            // Only references to images matter.
            foreach (ProjectItem item in project.GetItems(type)
                .Where(item => type != "ProjectReference" || MayPin(item.GetMetadataValue("AirgapImage"))))
            {
                Dictionary<string, string> metadata =
                    item.Metadata.ToDictionary(entry => entry.Name, entry => entry.EvaluatedValue, StringComparer.OrdinalIgnoreCase);
                ElementLocation place = item.Xml.Location;
                items.Add(new EvaluatedItem(type, item.EvaluatedInclude, metadata, place.File, place.Line, place.Column));
            }
        }

        return built is null ? items : Items(project, built, items);
    }

    // Items created by targets have no location; items that existed before have the location from the evaluation.
    private static List<EvaluatedItem> Items(Project project, ProjectInstance built, List<EvaluatedItem> evaluated)
    {
        List<EvaluatedItem> items = [];
        foreach (string type in s_itemTypes)
        {
            foreach (ProjectItemInstance item in built.GetItems(type)
                .Where(item => type != "ProjectReference" || MayPin(item.GetMetadataValue("AirgapImage"))))
            {
                EvaluatedItem? known = evaluated.FirstOrDefault(other => other.Type == type && other.Include == item.EvaluatedInclude);
                Dictionary<string, string> metadata = item.MetadataNames
                    .Where(name => !s_wellKnown.Contains(name, StringComparer.OrdinalIgnoreCase))
                    .ToDictionary(name => name, item.GetMetadataValue, StringComparer.OrdinalIgnoreCase);
                items.Add(new EvaluatedItem(
                    type, item.EvaluatedInclude, metadata, known?.File ?? project.FullPath, known?.Line ?? 0, known?.Column ?? 0));
            }
        }

        return items;
    }

    private static Dictionary<string, string> Properties(Project project, ProjectInstance? built) => project.AllEvaluatedProperties
        .Select(property => property.Name)
        .Concat(built?.Properties.Select(property => property.Name) ?? [])
        .Where(name => name.TrimStart('_').StartsWith("Airgap", StringComparison.OrdinalIgnoreCase))
        .Concat(["OutputPath", "MSBuildProjectDirectory", "MSBuildProjectName", "Version", "IsPublishable", "RepositoryUrl",
            "SourceRevisionId"])
        .Distinct(StringComparer.OrdinalIgnoreCase)
        .ToDictionary(name => name, name => built is null ? project.GetPropertyValue(name) : built.GetPropertyValue(name),
            StringComparer.OrdinalIgnoreCase);
}
