using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>Removes unchanged artifacts of earlier publishes. Changed files are kept, with a warning.</summary>
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
                // As with Delete elsewhere in a clean, a file that cannot be removed is not a failure.
                log.Warning(e.ToDiagnostic());
            }
        }

        return true;
    }
}
