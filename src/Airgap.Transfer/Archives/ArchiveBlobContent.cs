using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives;

/// <summary>A layer in an archive. Its digest is verified while reading, as for a registry.</summary>
internal sealed class ArchiveBlobContent(ArchiveFile archive, Descriptor descriptor, long fileOffset, string? name = null) : IBlobContent
{
    public Descriptor Descriptor { get; } = descriptor;

    /// <summary>Describes damage if the archive is not the user's own; null for the archive's own description.</summary>
    public Func<AirgapException, AirgapException>? OnDamage { get; private init; }

    /// <summary>The same bytes, with another description of damage.</summary>
    public ArchiveBlobContent With(Func<AirgapException, AirgapException> onDamage) =>
        new(archive, Descriptor, fileOffset, name) { OnDamage = onDamage };

    public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken)
    {
        long length = Descriptor.Size - offset;
        DiskReadStream read = new(archive.OpenStream(fileOffset + offset), archive.Path);
        return new(offset == 0
            ? new VerifyingStream(read, Descriptor, Mismatch)
            : new LimitedStream(read, length));
    }

    private AirgapException Mismatch(Digest? actual) => OnDamage?.Invoke(Damage(actual)) ?? Damage(actual);

    private AirgapException Damage(Digest? actual) => new(
        ErrorCode.ArchiveDigestMismatch,
        actual is null
            ? $"The archive '{archive.Path}' ends inside {name ?? ArchiveLayout.NameOf(Descriptor.Digest)}."
            : $"The archive '{archive.Path}' is damaged: {name ?? ArchiveLayout.NameOf(Descriptor.Digest)} has the digest " +
            $"{actual}{archive.WhereIs(fileOffset, Descriptor.Size)}.",
        "Copy the archive again from its original location, or write it again.")
    { Digest = Descriptor.Digest.ToString(), Location = new SourceLocation(archive.Path) };
}

/// <summary>
/// A layer that the archive lists but does not contain: it was left out because it is non-distributable.
/// </summary>
internal sealed class MissingLayerContent(string path, Descriptor descriptor, string? name = null) : IBlobContent
{
    public Descriptor Descriptor { get; } = descriptor;

    public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) =>
        ValueTask.FromException<Stream>(new AirgapException(
        ErrorCode.ArchiveLayerMissing,
        $"file {name ?? ArchiveLayout.NameOf(Descriptor.Digest)} not found in tar. (hint: This may be because when copying to a tarball, " +
        $"the --include-non-distributable-layers flag should have been provided.) The archive is '{path}'.",
        $"To include {AdviceTerms.NonDistributable}, {AdviceTerms.WriteArchive}; or import it without requesting them.")
        { Digest = Descriptor.Digest.ToString() });
}
