using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Producing;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>
/// Checks whether a bundle can be made from a project's content, before the containers that it pins are published. It
/// reports no problems: <see cref="PublishImgpkgBundles"/> finds them again, and reports them with all other errors.
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

    /// <summary>The results of the target <c>GetAirgapImage</c> in these projects.</summary>
    public ITaskItem[] ProjectImages { get; set; } = [];

    /// <summary>The property of that name.</summary>
    public string? AirgapDryRun { get; set; }

    /// <summary>True when there are no problems.</summary>
    [Output]
    public bool IsSound { get; internal set; }

    private protected override bool Execute(BuildLog log, CancellationToken cancellationToken)
    {
        string directory = Path.GetDirectoryName(ProjectFile)!;
        ItemReader reader = new();
        PublishSettings settings = PublishProperties.Read(
            directory, name => name == PropertyNames.DryRun ? AirgapDryRun : AccessProperty(name), null,
            out ImmutableArray<Diagnostic> problems);
        // Such as a dry run that is asked for with another word than true.
        if (!problems.IsEmpty)
            return true;
        ImageProjectReader images = new(reader, directory, settings.DryRun);
        ProduceRequest request = new()
        {
            Root = directory,
            Files = reader.ReadContent(BundleContent, directory),
            Images = [.. reader.ReadImages(BundleImages), .. images.Read(ImageProjects, ProjectImages)],
            Repository = ProduceRequest.NameNowhere(ProjectName),
        };
        using BuildRegistry registry = new(log, settings.Access);
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
