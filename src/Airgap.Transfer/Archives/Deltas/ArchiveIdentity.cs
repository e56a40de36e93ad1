using Airgap.Oci;

namespace Airgap.Transfer.Archives.Deltas;

/// <summary>The identity of an archive in a chain.</summary>
/// <param name="Set">Its set: the digest of its content and, for a delta, of its requirements.</param>
/// <param name="Manifest">The digest of its list of images, which is the same for a delta and the full archive.</param>
internal sealed record ArchiveIdentity(Digest Set, Digest Manifest)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="AirgapException">As <see cref="IArchive.ReadNotesAsync"/>.</exception>
    public static async Task<ArchiveIdentity> OfAsync(IArchive archive, CancellationToken cancellationToken)
    {
        if (await archive.ReadNotesAsync(cancellationToken) is { } notes)
            return new ArchiveIdentity(notes.Set, notes.Manifest);
        Digest manifest = await archive.ReadListDigestAsync(cancellationToken);
        return new ArchiveIdentity(ArchiveNotes.SetOf(manifest), manifest);
    }
}
