using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing;
using Airgap.Publishing.Declarations;
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

    private protected override bool Execute(BuildLog log, CancellationToken cancellationToken)
    {
        ProjectText text = ProjectText.Read(ProjectFile, GlobalProperties());
        // Such a target may still correct the problems.
        if (text.HasTargetBefore(nameof(PublishImgpkgBundles)))
            return true;
        log.Locate = new ProjectTypos(text, [.. GlobalProperties().Keys]).Locate;
        PublishSettings settings = PublishProperties.Read(
            Path.GetDirectoryName(ProjectFile)!, PropertyOf, new SourceLocation(ProjectFile), out ImmutableArray<Diagnostic> problems);
        PublishItem[] items = new ItemReader().Read(Bundles, Images, Locks);
        if (!Publisher.HasDestination(items, settings))
            return true;
        bool isSound = true;
        foreach (Diagnostic problem in problems.AddRange(ItemPreparer.FindProblems(items, settings))
            .AddRange(Cluster(settings)).Where(IsCertain))
        {
            log.Error(problem);
            isSound = false;
        }

        return isSound;
    }

    private static ImmutableArray<Diagnostic> Cluster(PublishSettings settings) =>
        settings.DryRun ? [] : ApplyTarget.FindProblems(settings, Environment.GetEnvironmentVariable, null);

    private bool IsCertain(Diagnostic problem) =>
        problem.Code != ErrorCode.FileNotFound && !(MayBeReferenced && s_ofTheDestination.Contains(problem.Code));
}
