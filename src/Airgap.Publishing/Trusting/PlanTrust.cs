using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;
using Airgap.Trust.Judging;
using Airgap.Trust.Stored;

namespace Airgap.Publishing.Trusting;

/// <summary>What was found about the images of a plan.</summary>
/// <param name="Images">Those that are accepted, in the plan's order.</param>
/// <param name="Refusals">Why others are not, all of them.</param>
internal sealed record PlanTrust(ImmutableArray<TrustedImage> Images, ImmutableArray<Diagnostic> Refusals)
{
    private const int AtOnce = 8;

    /// <summary>
    /// Judges a plan's images by the digests that it moves, side by side. Nothing is resolved a second time; signatures of an archive are
    /// read in it alone.
    /// </summary>
    /// <param name="plan">The plan. What is attached to images is not judged itself.</param>
    /// <param name="registry">The registries; not asked for an archive.</param>
    /// <param name="rules">Gives the rule for an image by the name it was asked for; null refuses it.</param>
    /// <param name="exceptRoot">True where the root was made here, so that nobody has to have signed it.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <param name="judged">What this run knows already; null for nothing.</param>
    /// <exception cref="AirgapException">1xxx: a registry does not tell what is signed.</exception>
    public static async Task<PlanTrust> JudgeAsync(
        TransferPlan plan, IRegistry registry, Func<ImageReference, TrustRule?> rules, bool exceptRoot, CancellationToken cancellationToken,
        JudgedImages? judged = null)
    {
        PlanSignatures? archived = plan.Source is RelocationSource.Archive ? new PlanSignatures(plan) : null;
        PlannedItem[] items = [.. JudgedItems.Of(plan)];
        if (exceptRoot)
            items = [.. items.Where(item => item.Digest != plan.Root?.Digest)];
        else if (plan.Root is { } root && rules(NameOf(plan, root)) is { RootOnly: true })
        {
            // A rule that asks of the root alone speaks for itself: what another rule asks of images of its place, it asks here, too.
            items = [.. items.Where(item => item.Digest == root.Digest || rules(NameOf(plan, item)) is { RootOnly: false })];
        }

        (TrustedImage? Image, Diagnostic? Refusal)[] found = new (TrustedImage?, Diagnostic?)[items.Length];
        ParallelOptions options = new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, items.Length), options, async (index, token) =>
        {
            PlannedItem item = items[index];
            ImageReference name = NameOf(plan, item);
            if (rules(name) is not { } rule)
            {
                found[index] = (null, new Diagnostic(
                    ErrorCode.NoTrustRule, $"No rule says who has to have signed {name}.",
                    "Add a rule for it, or leave it out.")
                { Reference = name.ToString() });
                return;
            }

            ISignatureStore store = archived ?? (ISignatureStore)new RepositorySignatures(registry.GetRepository(item.Source.Repository));
            string place = archived is null ? item.Source.Repository.ToString() : plan.Source.ToString()!;
            Verdict verdict = await (judged ?? new JudgedImages()).JudgeAsync(
                name, place, item.Digest, () => ImageTrust.JudgeAsync(rule, name, item.Content.Manifest.Descriptor, store, token));
            found[index] = verdict.Refusal is { } refusal
                ? (null, refusal with { Reference = name.ToString(), Digest = item.Digest.ToString() })
                : (new TrustedImage(item.Source.ToString(), item.Digest.ToString(), [.. verdict.By.Select(TrustedSigner.Of)]), null);
        });
        return new PlanTrust([.. found.Select(one => one.Image).OfType<TrustedImage>()],
            [.. found.Select(one => one.Refusal).OfType<Diagnostic>()]);
    }

    // The root has the name that the user gave it, with its tag; what it pins is named by digest.
    private static ImageReference NameOf(TransferPlan plan, PlannedItem item) => (plan.Source, item == plan.Root) switch
    {
        (RelocationSource.Bundle bundle, true) => bundle.Reference,
        (RelocationSource.Image image, true) => image.Reference,
        _ => item.Source,
    };
}
