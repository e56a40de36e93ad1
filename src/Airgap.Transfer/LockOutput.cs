using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer;

/// <summary>The lock file of a finished relocation, as <c>--lock-output</c> writes it.</summary>
internal static class LockOutput
{
    /// <summary>A BundleLock for a bundle, an ImagesLock for everything else.</summary>
    /// <returns>The YAML text.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>: the destination is an archive;
    /// <see cref="ErrorCode.ArchiveRootUnknown"/>: the archive contains bundles but names no root.</exception>
    public static string Create(TransferResult result)
    {
        if (!result.IsComplete)
            throw new InvalidOperationException("An incomplete relocation has no lock file.");
        if (result.Destination is not RelocationDestination.Repository { Name: var destination })
            throw new AirgapException(
                ErrorCode.IncompatibleOptions, "Cannot output lock file with tar destination.",
                "Write the lock file when the archive is imported.");

        if (result.Root is { Item.IsBundle: true } root)
            return new BundleLock(ImageReference.ByDigest(destination, root.Item.Digest), root.Item.Tag ?? "").ToYaml();

        if (result.Plan.ImagesLock is { } given)
            return new ImagesLock(
                [.. given.Images.Select(image => image with { Image = ImageReference.ByDigest(destination, image.Image.Digest!.Value) })])
                .ToYaml();

        if (result.Items.Any(item => item.Item.IsBundle))
        {
            throw new AirgapException(
                ErrorCode.ArchiveRootUnknown,
                "The archive contains bundles but does not mark its root, so no lock file can be written.",
                $"To have the root marked, {AdviceTerms.WriteArchive}.");
        }

        return new ImagesLock(
        [
            .. AttachedItems.Without(result.Plan.Items).Select(item => new LockedImage(ImageReference.ByDigest(destination, item.Digest))),
        ]).ToYaml();
    }

    /// <summary>
    /// The lock of a relocation to several repositories: for a bundle that of its own repository, for a list each image
    /// at its destination.
    /// </summary>
    /// <param name="plan">The divided plan.</param>
    /// <param name="results">The result of each part, the root's part first.</param>
    /// <returns>The YAML text.</returns>
    /// <exception cref="AirgapException">As for one.</exception>
    public static string Create(TransferPlan plan, IReadOnlyList<TransferResult> results)
    {
        if (results.Any(result => !result.IsComplete))
            throw new InvalidOperationException("An incomplete relocation has no lock file.");
        if (plan.Root is not null || results.Any(result => result.Items.Any(item => item.Item.IsBundle)))
            return Create(results[0]);
        RelocatedItem[] placed = [.. results.SelectMany(result => result.Items)];
        ILookup<string, RelocatedItem> bySource = placed.ToLookup(item => item.Item.Source.ToString(), StringComparer.Ordinal);
        ILookup<Digest, RelocatedItem> byDigest = placed.ToLookup(item => item.Item.Digest);
        return plan.ImagesLock is { } given
            ? new ImagesLock([.. given.Images.Select(image => image with { Image = PlaceOf(image.Image) })]).ToYaml()
            : new ImagesLock([.. AttachedItems.Without(plan.Items).Select(item => new LockedImage(PlaceOf(item.Source)))]).ToYaml();

        ImageReference PlaceOf(ImageReference source) =>
            (bySource[source.ToString()].FirstOrDefault() ?? byDigest[source.Digest!.Value].First()).Destination!;
    }
}
