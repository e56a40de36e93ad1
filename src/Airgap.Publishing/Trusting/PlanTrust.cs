using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Plans;
using Airgap.Trust.Stored;
using Airgap.Trust.Verifying;

namespace Airgap.Publishing.Trusting;

/// <summary>The verdicts about the images of a plan.</summary>
/// <param name="Images">The accepted images, in the plan's order.</param>
/// <param name="Refusals">All refusals.</param>
internal sealed record PlanTrust(ImmutableArray<TrustedImage> Images, ImmutableArray<Diagnostic> Refusals)
{
    private const int AtOnce = 8;

    /// <summary>Failed checks of accepted images, which the policy only reports.</summary>
    public ImmutableArray<Diagnostic> Warnings { get; init; } = [];

    /// <summary>
    /// Verifies a plan's images concurrently, by the digests that it moves. Nothing is resolved again; signatures of an
    /// archive's images are read only from the archive.
    /// </summary>
    /// <param name="plan">The plan. Artifacts attached to images are not verified themselves.</param>
    /// <param name="registry">The registries; not asked for an archive.</param>
    /// <param name="rules">Returns the rule for an image by its requested name; null refuses the image.</param>
    /// <param name="exceptRoot">True if the root was made in this run, so that it needs no signature.</param>
    /// <param name="isProven">
    /// True if the signature of the plan's archive was verified in this run: then what it records as derived needs no signature of its own
    /// (<see cref="DerivedContent"/>).
    /// </param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <param name="verdicts">The verdicts of this run; null for none.</param>
    /// <exception cref="AirgapException">1xxx: a registry does not list signatures.</exception>
    public static async Task<PlanTrust> VerifyAsync(
        TransferPlan plan, IRegistry registry, Func<ImageReference, TrustRule?> rules, bool exceptRoot, bool isProven,
        CancellationToken cancellationToken, ImageVerdicts? verdicts = null)
    {
        PlanSignatures? archived = plan.Source is RelocationSource.Archive ? new PlanSignatures(plan) : null;
        PlannedItem[] items = [.. ItemsToVerify.Of(plan)];
        if (exceptRoot)
            items = [.. items.Where(item => item.Digest != plan.Root?.Digest)];
        else if (plan.Root is { } root && rules(NameOf(plan, root)) is { RootOnly: true })
        {
            // A rule that requires a signature only of the root does not override the rules for other locations.
            items = [.. items.Where(item => item.Digest == root.Digest || rules(NameOf(plan, item)) is { RootOnly: false })];
        }

        IReadOnlySet<Digest> derived = DerivedContent.Of(plan);
        if (isProven)
            items = [.. items.Where(item => !derived.Contains(item.Digest))];

        (TrustedImage? Image, Diagnostic? Refusal)[] found = new (TrustedImage?, Diagnostic?)[items.Length];
        IReadOnlyList<Diagnostic>[] warnings = new IReadOnlyList<Diagnostic>[items.Length];
        ParallelOptions options = new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, items.Length), options, async (index, token) =>
        {
            PlannedItem item = items[index];
            ImageReference name = NameOf(plan, item);
            if (rules(name) is not { } rule)
            {
                found[index] = (null, new Diagnostic(
                    ErrorCode.NoTrustRule, $"No rule states who must have signed {name}.",
                    "Add a rule for it, or do not relocate it.")
                { Reference = name.ToString(), Digest = item.Digest.ToString() });
                return;
            }

            ISignatureStore store = archived?.In(item.Source.Repository)
                ?? new RepositorySignatures(registry.GetSource(item.Source.Repository));
            string place = archived is null ? item.Source.Repository.ToString() : plan.Source.ToString()!;
            Verdict verdict = await (verdicts ?? new ImageVerdicts()).VerifyAsync(
                name, place, item.Digest, () => ImageTrust.VerifyAsync(rule, name, item.Content.Manifest.Descriptor, store, token));
            warnings[index] = [.. NotEnforcedChecks.Of(verdict, name, item.Digest)];
            found[index] = verdict.Refusal is { } refusal
                ? (null, refusal with
                {
                    Reference = name.ToString(),
                    Digest = item.Digest.ToString(),
                    Advice = !derived.Contains(item.Digest) ? refusal.Advice
                        : $"The archive states that a selection made it; to have that proven, {AdviceTerms.VerifyArchive}. "
                            + "Or state who must have signed it.",
                })
                : (new TrustedImage(item.Source.ToString(), item.Digest.ToString(), [.. verdict.By.Select(TrustedSigner.Of)]), null);
        });
        return new PlanTrust([.. found.Select(one => one.Image).OfType<TrustedImage>()],
            [.. found.Select(one => one.Refusal).OfType<Diagnostic>()])
        {
            Warnings = [.. warnings.Where(some => some is not null).SelectMany(some => some).Distinct()]
        };
    }

    // The root has the user's name, with its tag; the images it pins are named by digest.
    private static ImageReference NameOf(TransferPlan plan, PlannedItem item) => (plan.Source, item == plan.Root) switch
    {
        (RelocationSource.Bundle bundle, true) => bundle.Reference,
        (RelocationSource.Image image, true) => image.Reference,
        _ => item.Source,
    };
}
