using Microsoft.Build.Construction;
using Microsoft.Build.Evaluation;
using Microsoft.Build.Exceptions;

namespace Airgap.Evaluation;

/// <summary>Evaluates a project as <c>dotnet publish</c> does and takes out what matters for relocation.</summary>
internal static class ProjectReader
{
    private static readonly string[] ItemTypes = ["ImgpkgBundle", "ImgpkgImage", "ImgpkgLock", "ImgpkgBundleContent", "ImgpkgBundleImage", "ProjectReference"];

    /// <summary>Reads a project.</summary>
    public static EvaluatedProject Read(string path, Dictionary<string, string> properties)
    {
        using ProjectCollection collection = new();
        try
        {
            Project project = LoadAsPublish(collection, path, properties);
            if (project.GetPropertyValue("TargetFrameworks").Length > 0 && project.GetPropertyValue("TargetFramework").Length == 0)
            {
                return new EvaluatedProject
                {
                    Failure = new EvaluationFailure(IsSdkMissing: false, "it targets several frameworks, and a publish takes one: choose it with -f.", path),
                };
            }

            return new EvaluatedProject { Items = Items(project), Properties = Properties(project) };
        }
        catch (InvalidProjectFileException failure)
        {
            return new EvaluatedProject
            {
                Failure = new EvaluationFailure(
                    IsSdkMissing: false, $"{failure.ErrorCode}: {failure.BaseMessage.ReplaceLineEndings(" ")}".TrimStart(':', ' '), failure.ProjectFile, failure.LineNumber, failure.ColumnNumber),
            };
        }
        catch (IOException failure)
        {
            return new EvaluatedProject { Failure = new EvaluationFailure(IsSdkMissing: false, failure.Message.ReplaceLineEndings(" "), path) };
        }
    }

    // The command line of a publish sets Release where the project's PublishRelease says so, which the SDK does from .NET 8 on.
    private static Project LoadAsPublish(ProjectCollection collection, string path, Dictionary<string, string> properties)
    {
        if (properties.ContainsKey("Configuration"))
            return new Project(path, properties, toolsVersion: null, collection);
        Dictionary<string, string> release = new(properties, StringComparer.OrdinalIgnoreCase) { ["Configuration"] = "Release" };
        Project project = new(path, release, toolsVersion: null, collection);
        if (string.Equals(project.GetPropertyValue("PublishRelease"), "true", StringComparison.OrdinalIgnoreCase) || project.GetPropertyValue("TargetFramework").Length == 0)
            return project;
        return new Project(path, properties, toolsVersion: null, collection);
    }

    private static List<EvaluatedItem> Items(Project project)
    {
        List<EvaluatedItem> items = [];
        foreach (string type in ItemTypes)
        {
            // Of the references those to images matter.
            foreach (ProjectItem item in project.GetItems(type).Where(item => type != "ProjectReference" || item.GetMetadataValue("AirgapImage") == "true"))
            {
                Dictionary<string, string> metadata = item.Metadata.ToDictionary(entry => entry.Name, entry => entry.EvaluatedValue, StringComparer.OrdinalIgnoreCase);
                ElementLocation place = item.Xml.Location;
                items.Add(new EvaluatedItem(type, item.EvaluatedInclude, metadata, place.File, place.Line, place.Column));
            }
        }

        return items;
    }

    private static Dictionary<string, string> Properties(Project project) => project.AllEvaluatedProperties
        .Select(property => property.Name)
        .Where(name => name.TrimStart('_').StartsWith("Airgap", StringComparison.OrdinalIgnoreCase))
        .Concat(["OutputPath", "MSBuildProjectDirectory", "MSBuildProjectName", "Version"])
        .Distinct(StringComparer.OrdinalIgnoreCase)
        .ToDictionary(name => name, project.GetPropertyValue, StringComparer.OrdinalIgnoreCase);
}
