using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Producing;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>
/// Looks whether a bundle can be made of a project's content, before the containers that it pins are published. What is wrong is not said
/// here: <see cref="PublishImgpkgBundles"/> finds it again, and reports it with all other errors.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CheckImgpkgBundleContent : RegistryTask
{
    /// <inheritdoc cref="PublishImgpkgBundles.BundleContent"/>
    public ITaskItem[] BundleContent { get; set; } = [];

    /// <inheritdoc cref="PublishImgpkgBundles.BundleImages"/>
    public ITaskItem[] BundleImages { get; set; } = [];

    /// <inheritdoc cref="PublishImgpkgBundles.ImageProjects"/>
    public ITaskItem[] ImageProjects { get; set; } = [];

    /// <summary>What the targets <c>GetAirgapImage</c> of these projects returned.</summary>
    public ITaskItem[] ProjectImages { get; set; } = [];

    /// <summary>The property of that name.</summary>
    public string? AirgapDryRun { get; set; }

    /// <summary>True when nothing is wrong.</summary>
    [Output]
    public bool IsSound { get; internal set; }

    private protected override bool Execute(BuildLog log, CancellationToken cancellationToken)
    {
        string directory = Path.GetDirectoryName(ProjectFile)!;
        ItemReader reader = new();
        ImageProjectReader images =
            new(reader, directory, isDryRun: string.Equals(AirgapDryRun, "true", StringComparison.OrdinalIgnoreCase));
        ProduceRequest request = new()
        {
            Root = directory,
            Files = reader.ReadContent(BundleContent, directory),
            Images = [.. reader.ReadImages(BundleImages), .. images.Read(ImageProjects, ProjectImages)],
            Repository = ProduceRequest.NameNowhere(ProjectName),
        };
        RegistryAccess access = PublishProperties.Read(directory, AccessProperty, null, out _).Access;
        using BuildRegistry registry = new(log, access);
        try
        {
            IsSound = images.Problems.Count == 0
                && Waiting.For(Task.Run(() => new BundleProducer(registry).CheckAsync(request, cancellationToken), CancellationToken.None),
                    cancellationToken).IsEmpty;
        }
        catch (AirgapException e)
        {
            log.Detail($"The content cannot be checked: {e.Message}");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        return true;
    }
}
