using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>Removes the artifacts of earlier publishes, as they were written. What has been changed since stays, with a warning.</summary>
[MSBuildMultiThreadableTask]
public sealed class CleanAirgapArtifacts : AirgapTask
{
    /// <summary>The lists of artifacts.</summary>
    [Required]
    public ITaskItem[] ArtifactLists { get; set; } = [];

    /// <summary>The property of that name.</summary>
    public string? AirgapOutputPath { get; set; }

    private protected override bool Execute(BuildLog log, CancellationToken cancellationToken)
    {
        string directory = Path.GetDirectoryName(ProjectFile)!;
        PublishSettings settings = new()
        {
            ProjectDirectory = directory,
            OutputPath = AirgapOutputPath is { Length: > 0 } path ? path : "airgap/"
        };
        ArtifactCleaner cleaner = new(settings.FullOutputPath);
        foreach (ITaskItem list in ArtifactLists)
        {
            try
            {
                foreach (Diagnostic warning in cleaner.Clean(ItemReader.FullPathOf(list, directory)))
                    log.Warning(warning);
            }
            catch (AirgapException e)
            {
                // As for Delete elsewhere in a clean: what cannot be removed is not a failure.
                log.Warning(e.ToDiagnostic());
            }
        }

        return true;
    }
}
