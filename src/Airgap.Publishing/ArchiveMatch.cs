using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>
/// Checks that an archive contains what the item declares, so that a wrong file does not arrive under the item's name.
/// </summary>
internal static class ArchiveMatch
{
    /// <summary>
    /// Compares the archive's root with the item. Hosts may differ, because the archive may come from a mirror.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.NotABundle"/>, <see cref="ErrorCode.UnexpectedBundle"/> or
    /// <see cref="ErrorCode.ArchiveMismatch"/>.</exception>
    /// <param name="declaration">The item.</param>
    /// <param name="plan">The plan of the archive.</param>
    /// <param name="original">The digest from which the archive's bundle was derived; null for an underived
    /// bundle.</param>
    public static void Verify(Declaration declaration, TransferPlan plan, Digest? original = null)
    {
        if (plan.Source is not RelocationSource.Archive archive || declaration.Reference is not { } declared)
            return;
        if (PlanRoot.Of(plan) is not { } root)
        {
            if (declaration.Item.Kind == PublishItemKind.Bundle)
                throw Failure(ErrorCode.NotABundle, archive, declared, "names no root bundle",
                    "It was written from a lock or an image: declare it as ImgpkgLock or ImgpkgImage.");
            return;
        }

        if (declaration.Item.Kind == PublishItemKind.Bundle && !root.IsBundle)
            throw Failure(ErrorCode.NotABundle, archive, declared, "contains a plain image", "Declare it as ImgpkgImage.");
        if (declaration.Item.Kind == PublishItemKind.Image && root.IsBundle)
            throw Failure(ErrorCode.UnexpectedBundle, archive, declared, "contains a bundle", "Declare it as ImgpkgBundle.");
        if (declared.Digest is { } digest && digest != (original ?? root.Digest))
            throw Failure(ErrorCode.ArchiveMismatch, archive, declared, $"contains {original ?? root.Digest}", Advice);
        if (declaration.Pin is { } pin && pin != (original ?? root.Digest))
        {
            throw Failure(
                ErrorCode.ArchiveMismatch,
                archive,
                declared.WithDigest(pin),
                $"contains {original ?? root.Digest}",
                "The project's lock pins the other digest: use the lock that belongs to the archive, or write the archive again.");
        }

        if (declaration.Tag is not null && !declared.IsUnpinned && root.Tag is { Length: > 0 } tag && tag != declaration.Tag)
            throw Failure(ErrorCode.ArchiveMismatch, archive, declared, $"contains the tag {tag}", Advice);
        if (root.Source.Repository.LastSegment != declared.Repository.LastSegment)
            throw Failure(ErrorCode.ArchiveMismatch, archive, declared, $"contains {root.Source.Repository}", Advice);
    }

    private const string Advice = $"Set {PropertyNames.SourceArchive} to the archive of this item, or write that archive again.";

    private static AirgapException Failure(
        ErrorCode code, RelocationSource.Archive archive, ImageReference declared, string what, string advice) =>
        new(code, $"The archive {archive.Path} {what}, not {declared}.", advice) { Reference = declared.ToString() };
}
