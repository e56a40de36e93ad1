using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Producing;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>
/// Finds problems of the declared items and properties before a publish compiles, without a request. Checks that depend
/// on files that the build may still create, or on a destination that may be meant for another project, are left to
/// <see cref="PublishImgpkgBundles"/>.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CheckImgpkgDeclarations : DeclarationTask
{
    private static readonly ImmutableArray<ErrorCode> s_ofTheDestination = [ErrorCode.IncompatibleOptions, ErrorCode.DestinationSelection];

    /// <summary>
    /// True for a library: a publish also builds it as a reference of the published project, with the same global
    /// properties.
    /// </summary>
    public bool MayBeReferenced { get; set; }

    /// <inheritdoc cref="PublishImgpkgBundles.BundleContent"/>
    public ITaskItem[] BundleContent { get; set; } = [];

    /// <inheritdoc cref="PublishImgpkgBundles.BundleImages"/>
    public ITaskItem[] BundleImages { get; set; } = [];

    /// <inheritdoc cref="PublishImgpkgBundles.ImageProjects"/>
    public ITaskItem[] ImageProjects { get; set; } = [];

    /// <inheritdoc cref="PublishImgpkgBundles.ProjectVersion"/>
    public string? ProjectVersion { get; set; }

    private protected override bool Execute(BuildLog log, CancellationToken cancellationToken)
    {
        ProjectText text = ProjectText.Read(ProjectFile, GlobalProperties());
        // Such a target may still correct the problems.
        if (text.HasTargetBefore(nameof(PublishImgpkgBundles)))
            return true;
        log.Locate = new ProjectTypos(text, [.. GlobalProperties().Keys]).Locate;
        PublishSettings settings = PublishProperties.Read(
            Path.GetDirectoryName(ProjectFile)!, PropertyOf, new SourceLocation(ProjectFile), out ImmutableArray<Diagnostic> problems);
        ItemReader reader = new();
        ProducedContent? content = ReadContent(reader, settings, ref problems);
        PublishItem[] items = reader.Read(Bundles, Images, Locks);
        bool isPushed = content is { IsPushed: true };
        if (content is not null && (!isPushed || Publisher.HasDestination(items, settings)))
            items = [content.Item, .. items];
        bool hasDestination = Publisher.HasDestination(items, settings);
        if (!hasDestination && settings.BundleRepository.Length == 0)
            return true;
        if (hasDestination)
            problems = problems.AddRange(ItemPreparer.FindProblems(items, settings)).AddRange(Cluster(settings));
        bool isSound = true;
        foreach (Diagnostic problem in problems.Where(IsCertain))
        {
            log.Error(problem);
            isSound = false;
        }

        return isSound;
    }

    // The files are read later: a build may create them.
    private ProducedContent? ReadContent(ItemReader reader, PublishSettings settings, ref ImmutableArray<Diagnostic> problems)
    {
        if (BundleContent.Length + BundleImages.Length + ImageProjects.Length == 0)
            return null;
        if (settings.SourceArchive.Length == 0 && settings.Shard.Length == 0)
            problems = problems.AddRange(reader.ReadImages(BundleImages).Select(InvalidReference).OfType<Diagnostic>());
        try
        {
            return ProducedContent.Read(
                settings, ProjectName, ProjectVersion ?? "", [], [], new SourceLocation(ProjectFile),
                reader.ReadContentMetadata(BundleContent));
        }
        catch (AirgapException e)
        {
            problems = problems.Add(e.ToDiagnostic());
            return null;
        }
    }

    private static Diagnostic? InvalidReference(ImageToPin image)
    {
        try
        {
            ImageReference.Parse(image.Reference);
            return null;
        }
        catch (AirgapException e)
        {
            return e.ToDiagnostic() with { Location = image.Location };
        }
    }

    private static ImmutableArray<Diagnostic> Cluster(PublishSettings settings) =>
        settings.DryRun ? [] : ApplyTarget.FindProblems(settings, Environment.GetEnvironmentVariable, null);

    private bool IsCertain(Diagnostic problem) =>
        problem.Code != ErrorCode.FileNotFound && !(MayBeReferenced && s_ofTheDestination.Contains(problem.Code));
}
