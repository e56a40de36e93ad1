using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Trusting;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>
/// The plans that are made before anything moves, to be verified or shown to a gate. They are kept, so that exactly the verified content
/// is relocated, and nothing is resolved again.
/// </summary>
internal sealed class PreparedPlans(PublishScope scope, ItemPlanner planner) : IDisposable
{
    private readonly Dictionary<Declaration, Prepared> _kept = [];

    /// <summary>
    /// Makes the plans of all items and verifies the signatures of their images. The bundle that the project itself makes is not verified,
    /// only what it pins. Behind the air gap it comes from an archive, like a bundle that was derived for the archive: then the archive's
    /// signature must prove that it is the project's.
    /// </summary>
    /// <param name="declarations">The items.</param>
    /// <param name="rules">Who must have signed.</param>
    /// <param name="known">The verdicts of this run so far.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <returns>All refusals; empty when everything is accepted.</returns>
    public async Task<ImmutableArray<Diagnostic>> VerifyAsync(
        IReadOnlyList<Declaration> declarations, TrustRuleSet rules, ImageVerdicts known, CancellationToken cancellationToken)
    {
        List<Diagnostic> refusals = [];
        foreach (Declaration declaration in declarations)
        {
            (PlanTrust trust, Func<Diagnostic, string> adviceOf) = await ItemFailure.LocatedAsync(declaration, async () =>
            {
                Relocator relocator = scope.RelocatorOf(declaration);
                ItemPlan item = await planner.MakeAsync(declaration, relocator, asksDestination: false, cancellationToken);
                TransferPlan plan = await item.Source.ToVerifyAsync(item.Plan, relocator, cancellationToken);
                bool isProven = await IsProvenAsync(declaration, plan, cancellationToken);
                PlanTrust verdicts = await PlanTrust.VerifyAsync(
                    plan, scope.Registry, rules.For, exceptRoot: IsMade(declaration), isProven, cancellationToken, known);
                _kept[declaration] = new Prepared(item, verdicts.Images);
                foreach (Diagnostic warning in verdicts.Warnings)
                    scope.Warnings.Add(warning, declaration.Item.Location);
                return (verdicts, (Func<Diagnostic, string>)(refusal => AdviceOf(refusal, declaration, item.Source, plan)));
            });
            refusals.AddRange(trust.Refusals.Select(refusal => refusal with
            {
                Location = refusal.Location ?? declaration.Item.Location,
                Advice = adviceOf(refusal),
            }));
        }

        return [.. refusals];
    }

    // Made in this run, or for an archive that is relocated only with the signature of a key that the project names.
    private bool IsMade(Declaration declaration) => declaration.Item.IsProduced
        && (declaration.Source is not RelocationSource.Archive || !scope.Settings.VerifyArchive.IsEmpty);

    private static string AdviceOf(Diagnostic refusal, Declaration declaration, ItemSource source, TransferPlan plan)
    {
        bool isRoot = plan.Root is { } root && refusal.Digest == root.Digest.ToString();
        if (isRoot && source.IsCarried && plan.SourceDerived.IsEmpty)
            return $"The archive does not record what was derived for it: write it again, signed, and set {PropertyNames.VerifyArchive}; "
                + "or state who must have signed it.";
        return (isRoot && declaration.Item.IsProduced) || refusal.Advice.Contains(AdviceTerms.VerifyArchive, StringComparison.Ordinal)
            ? $"Set {PropertyNames.VerifyArchive}: the archive's signature proves what the project made or derived for it. "
                + "Or state who must have signed it."
            : refusal.Advice;
    }

    // Waits for the archive's signature only if something rests on it.
    private async Task<bool> IsProvenAsync(Declaration declaration, TransferPlan plan, CancellationToken cancellationToken)
    {
        if ((plan.SourceDerived.IsEmpty && !declaration.Item.IsProduced)
            || scope.Signing.Admit(declaration.Source, cancellationToken) is not { } admission)
            return false;
        _ = await admission.WaitAsync(cancellationToken);
        return true;
    }

    /// <summary>Makes the plans of all items that have none yet.</summary>
    public async Task KeepAsync(IReadOnlyList<Declaration> declarations, CancellationToken cancellationToken)
    {
        foreach (Declaration declaration in declarations.Where(declaration => !IsKept(declaration)))
        {
            await ItemFailure.LocatedAsync(declaration, async () =>
            {
                _kept[declaration] = new Prepared(
                    await planner.MakeAsync(declaration, scope.RelocatorOf(declaration), asksDestination: false, cancellationToken), null);
                return true;
            });
        }
    }

    /// <summary>Keeps the plans of items, in the same order.</summary>
    public void Keep(IReadOnlyList<Declaration> declarations, ImmutableArray<ItemPlan> plans)
    {
        for (int i = 0; i < plans.Length; i++)
            _kept[declarations[i]] = new Prepared(plans[i], null);
    }

    /// <summary>Ends the plans that were not carried out, such as those that a gate refused. A derived bundle may be in a file.</summary>
    public void Dispose()
    {
        foreach (Prepared kept in _kept.Values)
            kept.Made.Dispose();
    }

    /// <summary>Writes the content of all items with kept plans to a folder, as an OCI layout.</summary>
    public async Task FillAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (Prepared kept in _kept.Values)
            await new Relocator(scope.Registry).RunAsync(
                kept.Made.Plan, new RelocationDestination.Archive(folder)
                {
                    Format = ArchiveFormat.LayoutFolder
                }, new TransferOptions { Concurrency = scope.Settings.Concurrency }, cancellationToken);
    }

    /// <summary>True for an item whose plan is kept.</summary>
    public bool IsKept(Declaration declaration) => _kept.ContainsKey(declaration);

    /// <summary>The plan of an item; null if none is kept.</summary>
    public ItemPlan? Find(Declaration declaration) => _kept.GetValueOrDefault(declaration)?.Made;

    /// <summary>The signers of an item's images; null if these were not verified.</summary>
    public ImmutableArray<TrustedImage>? SignaturesOf(Declaration declaration) => _kept.GetValueOrDefault(declaration)?.Images;

    private sealed record Prepared(ItemPlan Made, ImmutableArray<TrustedImage>? Images);
}
