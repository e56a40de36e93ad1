using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>The part of a plan for one repository.</summary>
/// <param name="Plan">The part of the plan.</param>
/// <param name="Destination">The repository.</param>
internal sealed record RepositoryPlan(TransferPlan Plan, RelocationDestination.Repository Destination);

/// <summary>
/// Divides a plan among the repositories that a template names. imgpkg and kapp-controller look for the images of a
/// relocated bundle only in the bundle's own repository, so that repository receives everything that the bundle pins.
/// In addition, each image, and each nested bundle with everything it pins, is copied to the repository that the
/// template makes from its own source; there the registry mounts blobs from the bundle's repository.
/// </summary>
internal static class RepositoryPlans
{
    /// <summary>Divides it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="template">The template.</param>
    /// <param name="destination">Host and prefix of the destination.</param>
    /// <param name="rootPlace">The repository of the root, if already decided.</param>
    /// <returns>The parts, the root's part first.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.TemplateNameInvalid"/>,
    /// <see cref="ErrorCode.TemplateCollision"/>.</exception>
    public static ImmutableArray<RepositoryPlan> Of(
        TransferPlan plan, RepositoryTemplate template, TemplateBase? destination, RepositoryName? rootPlace = null)
    {
        PlanSlice slice = new(plan);
        Dictionary<RepositoryName, HashSet<PlannedItem>> places = [];
        List<RepositoryName> order = [];
        foreach (PlannedItem image in slice.Images)
        {
            RepositoryName place = rootPlace is not null && image == plan.Root
                ? rootPlace
                : template.Resolve(new TemplateValues(destination, OriginOf(image), image.Tag, image.Digest));
            if (!places.TryGetValue(place, out HashSet<PlannedItem>? there))
            {
                places[place] = there = new HashSet<PlannedItem>(ReferenceEqualityComparer.Instance);
                order.Add(place);
            }

            if (!there.Contains(image))
                there.UnionWith(slice.ClosureOf(image));
        }

        foreach ((RepositoryName place, HashSet<PlannedItem> images) in places)
            RefuseCollisions(place, images, template);
        ImmutableArray<RepositoryPlan>.Builder parts = ImmutableArray.CreateBuilder<RepositoryPlan>();
        HashSet<Digest> atFirst = [];
        foreach (RepositoryName place in order)
        {
            TransferPlan part = slice.Of(places[place], parts.Count == 0 ? null : order[0], atFirst);
            if (parts.Count == 0)
                atFirst.UnionWith(part.Blobs.Select(blob => blob.Descriptor.Digest));
            parts.Add(new RepositoryPlan(part, new RelocationDestination.Repository(place)));
        }

        return parts.ToImmutable();
    }

    /// <summary>
    /// The source repository of an image: the one that a bundle recorded, or the one it is read from.
    /// </summary>
    private static RepositoryName OriginOf(PlannedItem item) =>
        item.OriginalReference.Length > 0 && ImageReference.TryParse(item.OriginalReference, out ImageReference? original, out _)
            ? original.Repository : item.Source.Repository;

    private static void RefuseCollisions(RepositoryName place, IEnumerable<PlannedItem> images, RepositoryTemplate template)
    {
        foreach ((string tag, PlannedItem[] distinct) in TagConflicts.Find(images, item => item.Tag!))
        {
            throw new AirgapException(
                ErrorCode.TemplateCollision,
                $"The template '{template}' maps both {distinct[0].Source} and {distinct[1].Source} to {place}:{tag}, which can only " +
                "be one " +
                "of them.",
                "Name the source in the template, as with {source.registry} and {source.repository}.")
            { Reference = distinct[1].Source.ToString(), Digest = distinct[1].Digest.ToString() };
        }
    }
}
