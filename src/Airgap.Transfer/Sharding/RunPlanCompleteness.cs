using Airgap.Oci;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharding;

/// <summary>
/// Refuses a plan that lacks content its own parts refer to: it would leave an incomplete mirror under the user's tag.
/// </summary>
/// <param name="path">The file's name in errors.</param>
internal sealed class RunPlanCompleteness(string path)
{
    /// <summary>Checks a relocation after its parts were read.</summary>
    /// <param name="plan">The relocation.</param>
    /// <param name="manifests">All manifests of the file.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRunPlan"/>.</exception>
    public void Check(TransferPlan plan, IReadOnlyCollection<PlannedManifest> manifests)
    {
        CheckRoot(plan);
        HashSet<Digest> items = [.. plan.Items.Select(item => item.Digest)];
        HashSet<Digest> bundles = [.. plan.Bundles.Select(bundle => bundle.Digest)];
        if (plan.Items.FirstOrDefault(item => item.IsBundle && !bundles.Contains(item.Digest)) is { } unknown)
            throw Invalid($"it does not say what the bundle {unknown.Digest} pins");
        foreach (PlannedBundle bundle in plan.Bundles)
        {
            CheckItems(bundle.Lock, items);
            if (!bundle.Locations.Images.Select(image => image.Image)
                .SequenceEqual(bundle.Lock.Images.Select(image => image.Image.ToString())))
                throw Invalid($"its locations of the bundle {bundle.Digest} do not match the bundle's lock");
            foreach ((ImageLocation location, LockedImage image) in bundle.Locations.Images.Zip(bundle.Lock.Images))
            {
                if (location.IsBundle && !bundles.Contains(image.Image.Digest!.Value))
                    throw Invalid($"it does not say what the bundle {image.Image.Digest} pins");
                if (!location.IsBundle && bundles.Contains(image.Image.Digest!.Value))
                    throw Invalid($"the bundle {bundle.Digest} lists the bundle {image.Image.Digest} as an image");
            }
        }

        if (plan.ImagesLock is { } images)
            CheckItems(images, items);
        CheckIndexes(plan, manifests);
    }

    private void CheckRoot(TransferPlan plan)
    {
        if (plan.Root is null == plan.ImagesLock is null || (plan.Root is null && plan.Source is not RelocationSource.Lock)
            || (plan.Root is not { IsBundle: true } && !plan.Bundles.IsEmpty)
            || (plan.Source is RelocationSource.Bundle && plan.Root is not { IsBundle: true })
            || (plan.Source is RelocationSource.Image && plan.Root is not { IsBundle: false })
            || (plan.Root is { } root && root.IsBundle != root.IsRootBundle)
            || plan.Items.Any(item => item.IsRootBundle && item != plan.Root))
            throw Invalid($"its images do not match its source {plan.Source}");
    }

    private void CheckItems(ImagesLock images, HashSet<Digest> items)
    {
        if (images.Images.FirstOrDefault(image => !items.Contains(image.Image.Digest!.Value)) is { } absent)
            throw Invalid($"it lacks the image {Printable.Line(absent.Image.ToString())}, which a lock in it pins");
    }

    // The images of the bundles record the manifests omitted by choice; all other absent manifests are missing.
    private void CheckIndexes(TransferPlan plan, IReadOnlyCollection<PlannedManifest> manifests)
    {
        HashSet<Digest> noted =
            [.. plan.Bundles.SelectMany(bundle => bundle.Locations.Images).SelectMany(image => image.LeftOut)];
        foreach (PlannedManifest index in manifests)
        {
            if (index.LeftOut.FirstOrDefault(child => !noted.Contains(child)) is { HasValue: true } absent)
                throw Invalid($"it lacks {absent} of the index {index.Manifest.Digest}, and does not list it as omitted");
        }

        noted.ExceptWith(manifests.SelectMany(index => index.Manifest.Manifests).Select(child => child.Digest));
        if (noted.Count > 0)
            throw Invalid($"it lists {noted.First()} as omitted, but no index in it lists that digest");
    }

    private AirgapException Invalid(string why) => RunPlanFile.Invalid(path, why);
}
