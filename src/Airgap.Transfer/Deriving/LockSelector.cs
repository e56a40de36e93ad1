using System.Collections.Immutable;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Deriving;

/// <summary>An image that stays without being named by a chosen package.</summary>
/// <param name="Image">The image, as the lock has it.</param>
/// <param name="Reason">Why nothing shows that it is not needed.</param>
internal sealed record KeptImage(string Image, string Reason);

/// <summary>Chooses the entries of a package repository's lock.</summary>
/// <param name="Kept">The entries that stay, in the lock's order.</param>
/// <param name="Left">Those that do not.</param>
/// <param name="Unproven">Those that stay though no chosen package names them.</param>
internal sealed record LockSelector(ImmutableArray<LockedImage> Kept, ImmutableArray<LockedImage> Left, ImmutableArray<KeptImage> Unproven)
{
    /// <summary>Chooses.</summary>
    /// <param name="images">The lock's entries.</param>
    /// <param name="files">The files under <c>packages/</c>.</param>
    /// <param name="chosen">Their documents that stay.</param>
    /// <param name="dropUnreferenced">True to leave behind what no document that stays names.</param>
    public static LockSelector Choose(
        ImmutableArray<LockedImage> images, IReadOnlyList<PackageFile> files, IReadOnlySet<PackageEntry> chosen, bool dropUnreferenced)
    {
        LockUse use = new(images);
        HashSet<int> needed = [.. chosen.SelectMany(use.Of)];
        HashSet<int> known = [.. files.SelectMany(file => file.Documents).Where(document => !chosen.Contains(document)).SelectMany(use.Of)];
        // What a cluster makes of such a file nobody knows, so that it may need any image.
        PackageFile? opaque = files.FirstOrDefault(file => file.WhyOpaque is not null);
        ImmutableArray<LockedImage>.Builder kept = ImmutableArray.CreateBuilder<LockedImage>();
        ImmutableArray<LockedImage>.Builder left = ImmutableArray.CreateBuilder<LockedImage>();
        ImmutableArray<KeptImage>.Builder unproven = ImmutableArray.CreateBuilder<KeptImage>();
        for (int i = 0; i < images.Length; i++)
        {
            if (needed.Contains(i))
            {
                kept.Add(images[i]);
            }
            else if (dropUnreferenced || (known.Contains(i) && opaque is null))
            {
                left.Add(images[i]);
            }
            else
            {
                kept.Add(images[i]);
                unproven.Add(new KeptImage(
                    images[i].Image.ToString(),
                    opaque is not null ? $"{opaque.File.Path} stays, and {opaque.WhyOpaque}"
                    : "no package names it, so that nothing shows what needs it"));
            }
        }

        return new LockSelector(kept.ToImmutable(), left.ToImmutable(), unproven.ToImmutable());
    }
}
