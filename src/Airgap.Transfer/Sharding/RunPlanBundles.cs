using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharding;

/// <summary>Reads the bundles of a plan's file.</summary>
/// <param name="path">The file's name in errors.</param>
internal sealed class RunPlanBundles(string path)
{
    // Each nested lock is a recursive call.
    private const int MaxDepth = BundleNode.MaxLevels;

    /// <summary>Reads them in order.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRunPlan"/>.</exception>
    public ImmutableArray<PlannedBundle> Read(RunPlanEntry entry, ImmutableArray<PlannedItem> items)
    {
        HashSet<Digest> planned = [.. items.Where(item => item.IsBundle).Select(item => item.Digest)];
        Dictionary<Digest, PlannedBundle> bundles = [];
        ImmutableArray<PlannedBundle>.Builder read = ImmutableArray.CreateBuilder<PlannedBundle>();
        foreach (RunPlanBundle each in entry.Bundles)
        {
            if (!Digest.TryParse(each.Digest, out Digest digest) || !planned.Contains(digest))
                throw Invalid($"'{Printable.Line(each.Digest)}' is not the digest of one of its bundles");
            PlannedBundle bundle = BundleOf(each, digest);
            if (!bundles.TryAdd(digest, bundle))
                throw Invalid($"it has the bundle {digest} twice");
            read.Add(bundle);
        }

        CheckDepth(bundles);
        return read.ToImmutable();
    }

    /// <summary>An ImagesLock of the file.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRunPlan"/>.</exception>
    public static ImagesLock LockOf(string yaml, string path)
    {
        try
        {
            return ImagesLock.Read(Encoding.UTF8.GetBytes(yaml), path);
        }
        catch (AirgapException e)
        {
            throw RunPlanFile.Invalid(path, $"a lock in it cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    private PlannedBundle BundleOf(RunPlanBundle bundle, Digest digest) => new()
    {
        Digest = digest,
        Lock = LockOf(bundle.Lock, path),
        Locations = new ImageLocations([.. bundle.Locations.Select(LocationOf)]),
        HasPackages = bundle.HasPackages,
        Packages = bundle.Packages,
        PackageWarnings = [.. bundle.PackageWarnings.Select(new RunPlanWarnings(path).Read)],
    };

    private ImageLocation LocationOf(RunPlanLocation image) => new(image.Image, image.IsBundle)
    {
        LeftOut = [.. (image.LeftOut ?? []).Select(left => Digest.TryParse(left, out Digest digest)
            ? digest : throw Invalid($"'{Printable.Line(left)}' is not the digest of an omitted manifest"))],
    };

    // Content cannot pin its own digest, but a plan's file may claim so.
    private void CheckDepth(Dictionary<Digest, PlannedBundle> bundles)
    {
        Dictionary<Digest, int> depths = [];
        foreach (Digest digest in bundles.Keys)
            DepthOf(digest, 0);

        int DepthOf(Digest digest, int above)
        {
            if (above > MaxDepth)
                throw Invalid($"its bundles pin one another in a cycle, or are nested deeper than {MaxDepth} levels");
            if (!bundles.TryGetValue(digest, out PlannedBundle? bundle))
                return 0;
            if (!depths.TryGetValue(digest, out int depth))
            {
                foreach (LockedImage image in bundle.Lock.Images)
                    depth = Math.Max(depth, 1 + DepthOf(image.Image.Digest!.Value, above + 1));
                depths.Add(digest, depth);
            }

            return above + depth <= MaxDepth
                ? depth : throw Invalid($"its bundles are nested deeper than {MaxDepth} levels");
        }
    }

    private AirgapException Invalid(string why) => RunPlanFile.Invalid(path, why);
}
