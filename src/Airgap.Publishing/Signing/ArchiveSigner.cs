using Airgap.Oci;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Signing;

namespace Airgap.Publishing.Signing;

/// <summary>
/// Signs an archive that was written: each of its files gets a sigstore bundle beside it, over the hash that was computed on its way to the
/// disk.
/// </summary>
/// <param name="key">The key.</param>
/// <param name="notice">Tells of a file that had to be read for its hash.</param>
internal sealed class ArchiveSigner(SigningKey key, Action<string>? notice)
{
    /// <summary>Refuses what cannot be signed, before anything moves.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidSigningKey"/>, <see cref="ErrorCode.NothingToSign"/>,
    /// <see cref="ErrorCode.SignatureNotOurs"/>.</exception>
    public static void Check(SigningKey key, RelocationDestination.Archive archive)
    {
        if (archive.Format == ArchiveFormat.LayoutFolder)
            throw new AirgapException(
                ErrorCode.NothingToSign, $"'{archive.Path}' is a folder, and a signature is over a file.",
                "Write a layout in a tar, or leave the key out.");
        if (!key.SignsHashes)
        {
            throw new AirgapException(
                ErrorCode.InvalidSigningKey,
                $"The key {key.Name} is of Ed25519, which reads all of an archive at once, and of an archive only its hash is at hand.",
                "Sign archives by a key of ECDSA or RSA: 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256'.");
        }

        SignatureFile.Check(archive.VolumeSize is null ? archive.Path : PartName.ListOf(archive.Path));
    }

    /// <summary>Signs.</summary>
    /// <param name="result">The relocation.</param>
    /// <param name="archive">Where it went.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The signatures' files.</returns>
    public async Task<IReadOnlyList<string>> SignAsync(
        TransferResult result, RelocationDestination.Archive archive, CancellationToken cancellationToken)
    {
        List<string> signatures = [];
        foreach ((string file, byte[]? known) in result.Written.IsEmpty
            ? StandingFiles(archive) : result.Written.Select(file => (file.Path, (byte[]?)Convert.FromHexString(file.Digest.Hex))))
        {
            if (known is null)
                notice?.Invoke($"'{file}' stood there already, and is read once for the hash that is signed.");
            byte[] hash = known ?? await FileHash.OfAsync(file, cancellationToken);
            signatures.Add(await SignatureFile.SignAsync(file, new HashedBytes(hash), key, cancellationToken));
        }

        return signatures;
    }

    // Nothing of them was written by this run, and so nothing hashed.
    private static IEnumerable<(string, byte[]?)> StandingFiles(RelocationDestination.Archive archive)
    {
        string path = OutputCheck.OfArchive(archive.Path).Path;
        if (archive.VolumeSize is null)
            return [(path, null)];
        string list = PartName.ListOf(path);
        return [(list, null), .. PartList.Read(list).Parts
            .Select(part => (Path.Combine(Path.GetDirectoryName(path)!, part.Name), (byte[]?)null))];
    }
}
