using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Deriving;

/// <summary>An included image that no selected package names.</summary>
/// <param name="Image">The image, as the lock has it.</param>
/// <param name="Reason">Why it may be needed.</param>
internal sealed record KeptImage(string Image, string Reason);

/// <summary>Selects the entries of a package repository's lock.</summary>
/// <param name="Kept">The included entries, in the lock's order.</param>
/// <param name="Left">The entries left out.</param>
/// <param name="Unproven">The included entries that no selected package names.</param>
internal sealed record LockSelector(ImmutableArray<LockedImage> Kept, ImmutableArray<LockedImage> Left, ImmutableArray<KeptImage> Unproven)
{
    /// <summary>The warnings.</summary>
    public IEnumerable<Diagnostic> Warnings => Unproven.IsEmpty ? [] :
    [
        new Diagnostic(
            ErrorCode.UnreferencedKept,
            $"{Unproven.Length} {(Unproven.Length == 1 ? "image stays" : "images stay")} that no selected package names, such as " +
            $"{Unproven[0].Image}: {Unproven[0].Reason}.",
            $"If nothing needs them, {AdviceTerms.DropUnreferenced}."),
    ];

    /// <summary>Selects.</summary>
    /// <param name="images">The lock's entries.</param>
    /// <param name="files">The files under <c>packages/</c>.</param>
    /// <param name="chosen">Their included documents.</param>
    /// <param name="dropUnreferenced">True to omit what no included document names.</param>
    public static LockSelector Choose(
        ImmutableArray<LockedImage> images, IReadOnlyList<PackageFile> files, IReadOnlySet<PackageEntry> chosen, bool dropUnreferenced)
    {
        LockUse use = new(images);
        HashSet<int> needed = [.. chosen.SelectMany(use.Of)];
        HashSet<int> known = [.. files.SelectMany(file => file.Documents).Where(document => !chosen.Contains(document)).SelectMany(use.Of)];
        // The effect of such a file in a cluster is unknown, so it may need any image.
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
            else if (dropUnreferenced || (known.Contains(i) && opaque is null && MentionedBy(i) is null))
            {
                left.Add(images[i]);
            }
            else
            {
                kept.Add(images[i]);
                unproven.Add(new KeptImage(
                    images[i].Image.ToString(),
                    opaque is not null ? $"{opaque.File.Path} stays, and {opaque.WhyOpaque}"
                    : MentionedBy(i) is { } document ? $"{document.Path} mentions it, though not as an image"
                    : "no package names it, so it is unknown what needs it"));
            }
        }

        return new LockSelector(kept.ToImmutable(), left.ToImmutable(), unproven.ToImmutable());

        PackageEntry? MentionedBy(int position) => chosen.FirstOrDefault(document => use.IsMentioned(position, document));
    }
}
