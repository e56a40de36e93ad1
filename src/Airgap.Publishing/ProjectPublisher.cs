using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Timelines;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Pushing;

namespace Airgap.Publishing;

/// <summary>
/// Publishes a project, in stages that take and return objects: prepare, then plan, or push and run. The MSBuild task
/// and <c>dotnet airgap publish</c> read a project and show results; this type does the work in between.
/// </summary>
/// <param name="registry">The registries, with their credentials.</param>
/// <param name="observer">Receives progress events; null for none.</param>
internal sealed class ProjectPublisher(IRegistry registry, ITransferObserver? observer)
{
    /// <summary>The list of files that a clean removes; null to keep none.</summary>
    public PublishedFileList? Artifacts { get; init; }

    /// <summary>Called when the project's outputs were compared with its inputs, before the first request; null for none.</summary>
    public Action? Confirmed { get; init; }

    /// <summary>The plans that an earlier stage made, to be carried out; null to make them.</summary>
    public IPrecomputedPlans? Given { get; init; }

    /// <inheritdoc cref="PublishWarnings.Fails"/>
    public Func<ErrorCode, bool>? Fails { get; init; }

    /// <summary>Returns the number of retries, for the reports.</summary>
    public Func<long>? CountRetries { get; init; }

    /// <summary>Requests content of a mirror without credentials, like a cluster without a Secret; null to send no such request.</summary>
    public Func<ImageReference, string, CancellationToken, Task<Diagnostic?>>? RefusesAnonymous { get; init; }

    /// <summary>
    /// Makes the bundle of the project's content, if requested, reads the items, and pins their tags. Sends only
    /// requests that read.
    /// </summary>
    public async Task<PreparedProject> PrepareAsync(DeclaredProject project, CancellationToken cancellationToken)
    {
        PublishSettings settings = project.Settings;
        PublishItem[] items = project.Content is { } content && (!content.IsPushed || Publisher.HasDestination(project.Items, settings))
            ? [content.Item, .. project.Items] : [.. project.Items];
        // Behind the air gap, the archive contains the bundle, and a plan contains it, too; without a destination, none is needed.
        bool isWanted = project.Content is not null && settings.SourceArchive.Length == 0 && Given is null
            && (project.Content.IsPushed || Publisher.HasDestination(items, settings));
        ProduceResult? made = isWanted
            ? await new BundleProducer(registry).ProduceAsync(project.Content!.Request, cancellationToken) : null;
        try
        {
            Publisher publisher = new(made?.Bundle?.Over(registry) ?? registry, observer)
            {
                Artifacts = Artifacts,
                CountRetries = CountRetries,
                RefusesAnonymous = RefusesAnonymous,
                Given = Given,
                Fails = Fails
            };
            ImmutableArray<Diagnostic> problems =
                [.. project.Problems, .. made?.Problems ?? [], .. publisher.Validate(items, settings), .. ApplyProblems(items, settings)];
            if (problems.IsEmpty)
            {
                TimelineRecorder.Current?.Confirm();
                Confirmed?.Invoke();
            }
            else
                TimelineRecorder.Current?.Refuse();
            PreparedPublish? prepared = problems.IsEmpty ? await publisher.PrepareAsync(items, settings, cancellationToken) : null;
            IEnumerable<Diagnostic> alone = made?.Bundle is { } bundle && project.Content!.IsPushed && prepared is { Lock: null }
                ? PushedAlone.Find(settings, bundle.Reference.Repository, project.Content.Item.Location) : [];
            return new PreparedProject(
                project, made?.Bundle, publisher, prepared, prepared?.Problems ?? problems, [.. made?.Warnings ?? [], .. alone]);
        }
        catch
        {
            made?.Bundle?.Dispose();
            throw;
        }
    }

    // Found before anything moves. A dry run applies nothing.
    private static ImmutableArray<Diagnostic> ApplyProblems(PublishItem[] items, PublishSettings settings) =>
        settings.DryRun || items.Length == 0 || !Publisher.HasDestination(items, settings) ? [
            ] : ApplyTarget.FindProblems(settings, Environment.GetEnvironmentVariable, null);

    /// <summary>Determines what <see cref="RunAsync"/> would do. Sends only requests that read.</summary>
    /// <exception cref="AirgapException">The first failure.</exception>
    public static Task<PublishPlan> PlanAsync(PreparedProject prepared, CancellationToken cancellationToken) =>
        prepared.Publisher.PlanPreparedAsync(prepared.Publish!, cancellationToken);

    /// <summary>Pushes the bundle to its own repository (<see cref="PreparedProject.PushesBundle"/>).</summary>
    /// <exception cref="AirgapException">The first failure.</exception>
    public async Task<PushResult> PushAsync(PreparedProject prepared, IPushObserver pushObserver, CancellationToken cancellationToken)
    {
        RelocationDestination.Repository destination = new(prepared.Bundle!.Reference.Repository);
        using IDisposable? announced = await DestinationLock.OfUser(prepared.Declared.Settings.LockTimeout)
            .EnterAsync(destination, observer ?? SilentObserver.Instance, cancellationToken);
        return await prepared.Bundle.PushAsync(registry, pushObserver, cancellationToken);
    }

    /// <summary>Relocates the items and writes their artifacts.</summary>
    /// <param name="prepared">The project.</param>
    /// <param name="pushAsync">Pushes the bundle (<see cref="PushAsync"/>) if that is requested, once everything is approved.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="AirgapException">The first failure.</exception>
    public static Task<PublishResult> RunAsync(
        PreparedProject prepared, Func<CancellationToken, Task> pushAsync, CancellationToken cancellationToken) =>
        prepared.Publisher.RunPreparedAsync(
            prepared.PushesBundle ? prepared.Publish! with { ApprovedAsync = pushAsync } : prepared.Publish!, cancellationToken);
}
