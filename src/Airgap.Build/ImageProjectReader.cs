using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Producing;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>Reads the projects whose container images a bundle pins, and the results of their targets.</summary>
internal sealed class ImageProjectReader(ItemReader reader, string projectDirectory, bool isDryRun)
{
    /// <summary>The problems of the projects.</summary>
    public List<Diagnostic> Problems { get; } = [];

    /// <summary>The images; unpublished ones are pending.</summary>
    /// <param name="projects">The items <c>ProjectReference</c>.</param>
    /// <param name="answers">The results of <c>GetAirgapImage</c> or <c>PublishAirgapImage</c>.</param>
    public IEnumerable<ImageToPin> Read(ITaskItem[] projects, ITaskItem[] answers)
    {
        Dictionary<string, ITaskItem> byProject = new(StringComparer.OrdinalIgnoreCase);
        foreach (ITaskItem answer in answers)
            byProject[answer.ItemSpec] = answer;
        List<ImageToPin> images = [];
        foreach (ITaskItem project in projects)
        {
            string path = ItemReader.FullPathOf(project, projectDirectory);
            SourceLocation? place = reader.PlaceOf("ProjectReference", project);
            if (Refuse(path, byProject.GetValueOrDefault(path)) is { } problem)
                Problems.Add(problem with { Location = place });
            else
                images.Add(Image(project, byProject[path], place));
        }

        return images;
    }

    private static ImageToPin Image(ITaskItem project, ITaskItem answer, SourceLocation? place)
    {
        string name = $"{answer.GetMetadata("Repository")}:{answer.GetMetadata("Tags").Split(';')[0]}";
        string registry = answer.GetMetadata("Registry");
        string manifest = answer.GetMetadata("Manifest");
        // If the project publishes its container to an archive, its registry need not exist.
        bool isArchived = answer.GetMetadata("Archive").Length > 0;
        return new ImageToPin($"{(isArchived ? ProduceRequest.NoHost : registry)}/{name}", place)
        {
            Id = project.GetMetadata("AirgapImageId") is { Length: > 0 } id ? id : registry.Length > 0 ? $"{registry}/{name}" : name,
            IsPending = manifest.Length == 0,
            Built = manifest.Length == 0
            ? null : new BuiltImage(
                Encoding.UTF8.GetBytes(manifest), answer.GetMetadata("Content") is { Length: > 0 } archive ? archive : null),
        };
    }

    private Diagnostic? Refuse(string path, ITaskItem? answer)
    {
        if (!File.Exists(path))
            return new Diagnostic(ErrorCode.FileNotFound,
                $"The project '{path}', whose image the bundle is to pin, does not exist.", "Correct the path.");
        if (answer is null)
        {
            return new Diagnostic(
                ErrorCode.ImageProjectWithoutTarget,
                $"The project '{path}', whose image the bundle is to pin, has no target for it.",
                "Also reference the package Airgap.Build there, with PrivateAssets=\"all\".");
        }

        if (answer.GetMetadata("Repository").Length == 0)
        {
            return new Diagnostic(
                ErrorCode.ImageProjectWithoutImage,
                $"The project '{path}', whose image the bundle is to pin, publishes no container.",
                "It needs OutputType Exe or EnableSdkContainerSupport=true, and must be publishable.");
        }

        if (answer.GetMetadata("Registry").Length == 0 && answer.GetMetadata("Archive").Length == 0)
        {
            return new Diagnostic(
                ErrorCode.ImageProjectWithoutImage,
                $"The project '{path}' publishes its container to the container engine of this machine, where a bundle cannot pin it.",
                "Set ContainerRegistry or ContainerArchiveOutputPath there.");
        }

        // That project would push its container.
        return isDryRun && !(bool.TryParse(answer.GetMetadata("DryRun"), out bool isTheirs) && isTheirs)
            ? new Diagnostic(
                ErrorCode.InvalidArgument,
                $"AirgapDryRun is set only in the project, so '{path}', whose image the bundle is to pin, would be published.",
                "Set it on the command line, -p:AirgapDryRun=true, which applies to every project.")
            : null;
    }
}
