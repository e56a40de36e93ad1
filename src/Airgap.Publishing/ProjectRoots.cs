using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Keeping;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>
/// Finds what a project would relocate to a repository, with the digests of its tags from its lock or the source
/// registries.
/// </summary>
internal static class ProjectRoots
{
    /// <summary>Finds the items with a repository as destination; empty if there are none.</summary>
    /// <param name="project">The project. If it names no registry, that of the repository is used.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="registry">The registries; the source registries resolve tags that no lock contains.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AirgapException">The first problem of the project, or 1xxx: a registry.</exception>
    public static async Task<IReadOnlyList<KeptRoot>> FindAsync(
        DeclaredProject project, RepositoryName repository, IRegistry registry, CancellationToken cancellationToken)
    {
        // An archive on the way, written or read, does not change the destination.
        PublishSettings settings = project.Settings with { Archive = "", SourceArchive = "", UpdateLock = false };
        if (settings.Registry.Length == 0)
            settings = settings with { Registry = ParentOf(repository) };
        using PreparedProject prepared =
            await new ProjectPublisher(registry, observer: null).PrepareAsync(project with { Settings = settings }, cancellationToken);
        if (prepared.Problems is [var problem, ..])
            throw new AirgapException(problem.Code, problem.Message, problem.Advice)
            {
                Reference = problem.Reference,
                Digest = problem.Digest,
                Location = problem.Location
            };
        IRegistry sources = prepared.Bundle?.Over(registry) ?? registry;
        List<KeptRoot> roots = [];
        IEnumerable<PreparedPublish> destinations = prepared.Publish is not { } publish ? [] : publish.PerRegistry.DefaultIfEmpty(publish);
        foreach ((PublishSettings one, Declaration declaration) in destinations.SelectMany(
            destination => (destination.Lock?.Declarations ?? []).Select(declaration => (destination.Settings, declaration))))
        {
            if (declaration.Repository != repository)
            {
                if (declaration.Template is not null)
                    roots.AddRange(await FurtherAsync(declaration, one, repository, prepared.Publisher, cancellationToken));
                continue;
            }

            string from = From(declaration);
            if (declaration.Item.Kind == PublishItemKind.Lock)
            {
                roots.AddRange(KeptLock.Read(settings.FullPath(declaration.Item.Include), declaration.Tag)
                    .Select(root => root with { From = from }));
                continue;
            }

            ImageReference reference = declaration.Reference!;
            Digest digest = reference.Digest ?? declaration.Pin
                ?? (await sources.GetSource(reference.Repository).GetManifestAsync(reference.Selector, cancellationToken)).Digest;
            roots.Add(new KeptRoot(digest, from)
            {
                Tag = declaration.Tag,
                Origin = declaration.Item.IsProduced ? null : reference.Repository
            });
        }

        return roots;
    }

    // A template sends the images that a bundle pins to further repositories, too; only the plan shows which.
    private static async Task<IEnumerable<KeptRoot>> FurtherAsync(
        Declaration declaration, PublishSettings settings, RepositoryName repository, Publisher publisher,
        CancellationToken cancellationToken)
    {
        using StartedPublish started = publisher.Start(settings with
        {
            KeepGoing = false,
            SigningKey = "",
            SigningKeyPasswordFile = "",
            SigningCommand = "",
            SignImages = "",
            Provenance = false,
        });
        using ItemSource source = await started.Items.Planner.OpenAsync(
            declaration, started.Scope.RelocatorOf(declaration), asksDestination: false, cancellationToken);
        TransferPlan plan = await source.PlanAsync(cancellationToken);
        return started.Items.Further.Of(declaration, plan).Where(part => part.Destination.Name == repository)
            .SelectMany(part => part.Plan.Items).Select(item => new KeptRoot(item.Digest, From(declaration))
            {
                IsListedWhole = true,
                HasUnknownTags = true,
                Origin = item.Source.Repository,
            });
    }

    private static string From(Declaration declaration) => $"{declaration.Item.ItemName} '{declaration.Item.Include}'";

    private static string ParentOf(RepositoryName repository)
    {
        string name = repository.ToString();
        return name[..name.LastIndexOf('/')];
    }
}
