using Airgap.Oci;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Trust.Signing;

namespace Airgap.Publishing.Signing;

/// <summary>
/// Signs a written archive: each of its files gets a sigstore bundle next to it, over the hash that was computed while
/// writing.
/// </summary>
/// <param name="key">The key.</param>
/// <param name="notice">Receives a message about a file that had to be read to compute its hash.</param>
internal sealed class ArchiveSigner(SigningKey key, Action<string>? notice)
{
    /// <summary>Refuses what cannot be signed, before anything moves.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.NothingToSign"/>, <see cref="ErrorCode.SignatureNotOurs"/>.</exception>
    public static void Check(RelocationDestination.Archive archive)
    {
        if (archive.Format == ArchiveFormat.LayoutFolder)
            throw new AirgapException(
                ErrorCode.NothingToSign, $"'{archive.Path}' is a folder, but only a file can be signed.",
                "Write a layout in a tar, or omit the key.");
        SignatureFile.Check(archive.VolumeSize is null ? archive.Path : PartName.ListOf(archive.Path));
    }

    /// <summary>Signs.</summary>
    /// <param name="result">The relocation.</param>
    /// <param name="archive">Its location.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>The signatures' files.</returns>
    public async Task<IReadOnlyList<string>> SignAsync(
        TransferResult result, RelocationDestination.Archive archive, CancellationToken cancellationToken)
    {
        List<string> signatures = [];
        foreach ((string file, byte[]? known) in result.Written.IsEmpty
            ? ExistingFiles(archive) : result.Written.Select(file => (file.Path, (byte[]?)Convert.FromHexString(file.Digest.Hex))))
        {
            if (known is null)
                notice?.Invoke($"'{file}' already existed; reading it once for the hash to sign.");
            byte[] hash = known ?? await FileHash.OfAsync(file, cancellationToken);
            signatures.Add(await SignatureFile.SignAsync(file, new HashedBytes(hash), key, cancellationToken));
        }

        return signatures;
    }

    // This run wrote none of them, and so computed no hash.
    private static IEnumerable<(string, byte[]?)> ExistingFiles(RelocationDestination.Archive archive)
    {
        string path = OutputCheck.OfArchive(archive.Path).Path;
        if (archive.VolumeSize is null)
            return [(path, null)];
        string list = PartName.ListOf(path);
        return [(list, null), .. PartList.Read(list).Parts
            .Select(part => (Path.Combine(Path.GetDirectoryName(path)!, part.Name), (byte[]?)null))];
    }
}
