using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing;
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

    /// <inheritdoc cref="AirgapDryRun"/>
    public string? AirgapRegistry { get; set; }

    /// <inheritdoc cref="AirgapDryRun"/>
    public string? AirgapRepositoryTemplate { get; set; }

    /// <inheritdoc cref="AirgapDryRun"/>
    public string? AirgapArchive { get; set; }

    /// <inheritdoc cref="AirgapDryRun"/>
    public string? AirgapBundleRepository { get; set; }

    /// <summary>True when there are no problems.</summary>
    [Output]
    public bool IsSound { get; internal set; }

    private protected override bool Execute(BuildLog log, CancellationToken cancellationToken)
    {
        string directory = Path.GetDirectoryName(ProjectFile)!;
        ItemReader reader = new();
        PublishSettings settings = PublishProperties.Read(directory, PropertyOf, null, out ImmutableArray<Diagnostic> problems);
        // Such as a dry run that is asked for with another word than true.
        if (!problems.IsEmpty || !HasDestination(settings, reader))
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

    private string? PropertyOf(string name) => name switch
    {
        PropertyNames.DryRun => AirgapDryRun,
        PropertyNames.Registry => AirgapRegistry,
        PropertyNames.RepositoryTemplate => AirgapRepositoryTemplate,
        PropertyNames.Archive => AirgapArchive,
        PropertyNames.BundleRepository => AirgapBundleRepository,
        _ => AccessProperty(name),
    };

    private bool HasDestination(PublishSettings settings, ItemReader reader)
    {
        try
        {
            ProducedContent content =
                ProducedContent.Read(settings, ProjectName, "", [], [], null, reader.ReadContentMetadata(BundleContent));
            return content.IsPushed || Publisher.HasDestination([content.Item], settings);
        }
        catch (AirgapException)
        {
            return false;
        }
    }
}
