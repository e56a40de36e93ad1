using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Transfer;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>Writes an item's artifacts: its lock, PackageRepository and App.</summary>
internal sealed class ItemArtifacts(PublishWarnings warnings, ArtifactFolder artifacts, ManifestObjects objects)
{
    /// <summary>
    /// Requests content of the mirror without credentials, like a cluster without a Secret; null to send no such request.
    /// </summary>
    public Func<ImageReference, string, CancellationToken, Task<Diagnostic?>>? RefusesAnonymous { get; init; }

    /// <summary>Writes them after everything has arrived at the destination.</summary>
    public async Task<ImmutableArray<PublishedFile>> WriteAsync(
        Declaration declaration,
        TransferResult result,
        PackageRepositoryManifest? manifest,
        CancellationToken cancellationToken)
    {
        List<PublishedFile> files = [];
        foreach (string path in ArchiveFilesOf(declaration))
            files.Add(artifacts.Take(new PublishedFile(path, PublishedFileKind.Archive)));
        if (declaration.Repository is not null)
        {
            string kind = result.Root is { Item.IsBundle: true } ? "bundle-lock" : "images-lock";
            files.Add(await artifacts.WriteAsync(
                LockOf(declaration, kind),
                LockOutput.Create(LockedAt(declaration) is { } known ? WithDestination(result, known) : result),
                PublishedFileKind.Lock, cancellationToken));
        }

        if (manifest is not null && RefusesAnonymous is not null
            && declaration is
            {
                Archive: null, Repository: { } mirror,
                Manifest: { SecretVariant: PullSecretVariant.None, IsPlainImage: false }
            } && result.Root is { } root
            && await RefusesAnonymous(ImageReference.ByDigest(mirror, root.Item.Digest), manifest.Name, cancellationToken) is { } refusal)
        {
            warnings.Add(refusal, declaration.Item.Location);
        }

        if (manifest is not null)
        {
            string name = ManifestOf(declaration);
            foreach (KubernetesObject part in manifest.Objects)
                objects.Add(part, name);
            files.Add(await artifacts.WriteAsync(
                Path.Combine(ArtifactFolder.Manifests, name), objects.Text(manifest.Objects, name), PublishedFileKind.PackageRepository,
                cancellationToken));
        }

        if (declaration is { GitOps: { } gitOps, Repository: { } place } && result.Root is { } content)
        {
            PackageRepositoryManifest made = GitOpsWriter.Create(
                declaration.ClusterRepository ?? place, content.Item.Digest, content.Item.Tag, result.Plan.RootBundle?.Lock, gitOps);
            foreach (Diagnostic warning in made.Warnings)
                warnings.Add(warning, declaration.Item.Location);
            if (GitOpsContent.FindProblem(
                gitOps.Tool, content.Item.Content.Manifest, declaration.ClusterRepository ?? place) is { } problem)
                warnings.Add(problem, declaration.Item.Location);
            files.Add(await artifacts.WriteAsync(
                Path.Combine(ArtifactFolder.Manifests, GitOpsOf(declaration)), made.Yaml, PublishedFileKind.GitOps, cancellationToken));
        }

        return [.. files];
    }

    /// <summary>The possible artifacts of an item, by path in the artifacts' folder.</summary>
    public static IEnumerable<string> ArtifactsOf(Declaration declaration) => declaration.Repository is null
        ? []
        : [LockOf(declaration, "bundle-lock"), LockOf(declaration, "images-lock"),
            Path.Combine(ArtifactFolder.Manifests, ManifestOf(declaration)), Path.Combine(ArtifactFolder.Manifests, GitOpsOf(declaration))];

    // The repository in the lock, if the content went elsewhere or under another name.
    private static RepositoryName? LockedAt(Declaration declaration) =>
        declaration.ClusterRepository ?? (declaration.Archive is null ? null : declaration.Repository);

    private static string LockOf(Declaration declaration, string kind) => $"{declaration.Name}.{kind}.yml";

    internal static string ManifestOf(Declaration declaration) => $"{declaration.Name}.packagerepository.yml";

    private static string GitOpsOf(Declaration declaration) => $"{declaration.Name}.gitops.yml";

    // The files to carry: the archive, or first the list of its parts and then all listed files.
    private static IEnumerable<string> ArchiveFilesOf(Declaration declaration)
    {
        if (declaration.Archive is not { } archive)
            return [];
        if (declaration.ArchiveVolumeSize is null)
            return [archive];
        string list = PartName.ListOf(archive);
        return [list, PartName.SumsOf(archive),
            .. PartList.Read(list).Parts.Select(part => Path.Combine(Path.GetDirectoryName(archive)!, part.Name))];
    }

    /// <summary>
    /// A result as if the items were in another repository: at the far side of an air gap, or under the cluster's name.
    /// </summary>
    private static TransferResult WithDestination(TransferResult result, RepositoryName repository) =>
        WithReferences(result, repository) with { Destination = new RelocationDestination.Repository(repository) };

    /// <summary>The result with the items' references in a repository to which the archive will be imported.</summary>
    public static TransferResult WithReferences(TransferResult result, RepositoryName repository)
    {
        return result with
        {
            Items = [.. result.Items.Select(Place)],
            Root = result.Root is { } root ? Place(root) : null,
        };

        RelocatedItem Place(RelocatedItem item) => item with { Destination = ImageReference.ByDigest(repository, item.Item.Digest) };
    }
}
