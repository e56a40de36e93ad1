using System.Collections.Immutable;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>The repositories, besides an item's own, to which a template sends the item's images.</summary>
internal sealed class OtherRepositories(PublishScope scope)
{
    /// <summary>The part of a plan for these repositories.</summary>
    public ImmutableArray<RepositoryPlan> Of(Declaration declaration, TransferPlan plan) =>
        declaration is { Template: { } template, Archive: null, Repository: { } repository }
        ? [.. RepositoryPlans.Of(plan, template, TemplateDestination.BaseOf(scope.Settings), repository)
            .Where(part => part.Destination.Name != repository)]
        : [];

    /// <summary>The same options, so that the registry links content from the item's own repository.</summary>
    public static TransferOptions MountingFrom(TransferOptions options, RepositoryName repository) => options with
    {
        MountFrom = [.. options.MountFrom, repository]
    };

    /// <summary>Relocates to them after the item's own repository has everything.</summary>
    /// <param name="result">What arrived there.</param>
    /// <param name="further">The images for the other repositories.</param>
    /// <param name="relocator">Relocates the item.</param>
    /// <param name="options">How the item is moved.</param>
    /// <param name="told">Receives progress events.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The result, including those of the other repositories.</returns>
    public async Task<TransferResult> RelocateAsync(
        TransferResult result, ImmutableArray<RepositoryPlan> further, Relocator relocator, TransferOptions options, ITransferObserver told,
        CancellationToken cancellationToken)
    {
        TransferOptions mounting = MountingFrom(options, ((RelocationDestination.Repository)result.Destination).Name);
        List<TransferResult> results = [];
        foreach (RepositoryPlan part in further)
        {
            using IDisposable? held = await scope.HoldAsync(part.Destination, told, cancellationToken);
            results.Add(await relocator.RunAsync(part.Plan, part.Destination, mounting, cancellationToken));
        }

        return result with
        {
            Further = [.. results],
            Failures = [.. result.Failures, .. results.SelectMany(each => each.Failures)],
            Warnings = [.. result.Warnings, .. results.SelectMany(each => each.Warnings)],
        };
    }
}
