using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Signers;
using Airgap.Trust.Signing;

namespace Airgap.Publishing.Signing;

/// <summary>
/// Verifies the signature of an archive during its import. The whole archive is hashed while its blobs are already
/// being copied; no manifest or tag is pushed before the verification. For an archive in parts, the list is signed, and
/// each part must be the listed one.
/// </summary>
/// <param name="signers">The accepted signers: one is enough.</param>
internal sealed class ArchiveAdmission(IReadOnlyList<Signer> signers)
{
    /// <summary>Reads the keys.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidTrustKey"/>, 3xxx: a file.</exception>
    public static ArchiveAdmission Read(IEnumerable<string> keys) => new([.. keys.Select(TrustRuleReader.ReadKey)]);

    /// <summary>
    /// Verifies. Called before the archive's list is read, so that the planned content is not older than the hashed
    /// content.
    /// </summary>
    /// <returns>Who signed.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveSignature"/>: no accepted signer signed it;
    /// <see cref="ErrorCode.NothingToSign"/>: a folder; 2xxx, 3xxx: the archive.</exception>
    public async Task<SignedBy> VerifyAsync(RelocationSource.Archive source, CancellationToken cancellationToken)
    {
        // Each archive of a chain of deltas must be signed.
        SignedBy? first = null;
        foreach (string path in source.Paths)
        {
            SignedBy by = await VerifyAsync(path, source.PartsIn, cancellationToken);
            first ??= by;
        }

        return first!;
    }

    /// <summary>Verifies one archive, whole or in parts.</summary>
    /// <inheritdoc cref="VerifyAsync(RelocationSource.Archive, CancellationToken)"/>
    public async Task<SignedBy> VerifyAsync(string path, IReadOnlyList<string> partsIn, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
            throw new AirgapException(
                ErrorCode.NothingToSign, $"'{path}' is a folder, but only a file can have a signature.", "Use a layout in a tar.")
            {
                Location = new SourceLocation(path)
            };
        return FoundList.Find(path, partsIn) is { } found
            ? await VerifyPartsAsync(found, cancellationToken)
            : await VerifyWholeAsync(path, cancellationToken);
    }

    private async Task<SignedBy> VerifyWholeAsync(string path, CancellationToken cancellationToken)
    {
        FileFacts before = Facts(path);
        byte[] hash = await FileHash.OfAsync(path, cancellationToken);
        SignedBy by = SignatureFile.Verify(path, new HashedBytes(hash), signers, Statement.FileSignature);
        ThrowIfReplaced(path, before);
        return by;
    }

    // The parts are taken from the same bytes of the list that the signature is verified over, so that exactly the signed content is
    // checked.
    private async Task<SignedBy> VerifyPartsAsync(FoundList found, CancellationToken cancellationToken)
    {
        string path = found.Folders.Select(folder => Path.Combine(folder, PartName.ListOf(Path.GetFileName(found.Archive))))
            .First(File.Exists);
        List<(string Path, FileFacts Before)> read = [(path, Facts(path))];
        byte[] bytes = TrustRuleReader.ReadFile(path);
        SignedBy by = SignatureFile.Verify(
            path, new HashedBytes(System.Security.Cryptography.SHA256.HashData(bytes)), signers, Statement.FileSignature);
        PartList list = PartList.Parse(bytes, path);
        ArchiveFile archive = PartFinder.Find(found with { List = list });
        foreach ((ArchivePiece piece, PartEntry part) in archive.Pieces.Zip(list.Parts))
        {
            read.Add((piece.Path, Facts(piece.Path)));
            if (Convert.ToHexStringLower(await FileHash.OfAsync(piece.Path, cancellationToken)) != part.Digest.Hex)
                throw SignatureFile.Refusal($"The part '{piece.Path}' is not the one that the signed list names.", piece.Path);
        }

        foreach ((string one, FileFacts before) in read)
            ThrowIfReplaced(one, before);
        return by;
    }

    private static void ThrowIfReplaced(string path, FileFacts before)
    {
        if (!Facts(path).IsSame(before))
            throw SignatureFile.Refusal($"'{path}' was replaced while it was read.", path);
    }

    private static FileFacts Facts(string path)
    {
        try
        {
            return FileFacts.Of(path, followsLinks: true);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }
}
