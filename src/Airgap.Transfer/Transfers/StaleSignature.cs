using System.Security.Cryptography;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// The signature next to an archive's file, of an earlier file of this name. Only a sigstore bundle counts: any other file with the
/// signature's name is left alone.
/// </summary>
internal static class StaleSignature
{
    private const string MediaType = "application/vnd.dev.sigstore.bundle";
    private const int MostBytes = 16 * 1024 * 1024;

    /// <summary>The path of a file's signature: <c>FILE.sigstore.json</c>.</summary>
    public static string PathOf(string file) => file + ".sigstore.json";

    /// <summary>Removes the signature of a file that was removed.</summary>
    /// <exception cref="IOException">It cannot be removed, or another file system exception.</exception>
    public static void RemoveOfGone(string file)
    {
        if (Read(file) is not null)
            File.Delete(PathOf(file));
    }

    /// <summary>Removes the signature of a newly written file, if it signs other bytes.</summary>
    /// <param name="file">The file.</param>
    /// <param name="hashing">Returns its SHA-256; called only if there is a signature.</param>
    /// <returns>True if it was removed.</returns>
    /// <exception cref="AirgapException">A 3xxx code of the file.</exception>
    public static async Task<bool> RemoveAsync(string file, Func<Task<Digest>> hashing)
    {
        try
        {
            if (Read(file) is not { Count: > 0 } signed)
                return false;
            if (signed.Contains((await hashing()).Hex))
                return false;
            File.Delete(PathOf(file));
            return true;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, PathOf(file));
        }
    }

    /// <summary>Removes the signature of a newly written archive, if it signs other bytes.</summary>
    /// <param name="path">The archive's name.</param>
    /// <param name="file">The archive.</param>
    /// <param name="digest">Its SHA-256; null if unknown.</param>
    /// <param name="observer">Receives events.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async Task RemoveAsync(
        string path, FileStream file, Digest? digest, ITransferObserver observer, CancellationToken cancellationToken)
    {
        if (await RemoveAsync(path, async () => digest ?? await HashAsync(file, cancellationToken)))
            observer.Detail($"'{PathOf(path)}' signed an earlier '{path}', and was removed.");
    }

    /// <summary>Removes the signatures of a list of parts and of its parts that sign other bytes.</summary>
    /// <param name="path">The list's path.</param>
    /// <param name="list">The list, which was written next to its parts.</param>
    public static async Task RemoveAsync(string path, PartList list)
    {
        await RemoveAsync(path, () => Task.FromResult(Digest.Compute(list.ToJson())));
        foreach (PartEntry part in list.Parts)
            await RemoveAsync(Path.Combine(Path.GetDirectoryName(path)!, part.Name), () => Task.FromResult(part.Digest));
    }

    private static async Task<Digest> HashAsync(FileStream file, CancellationToken cancellationToken)
    {
        file.Position = 0;
        return Digest.FromHash(HashAlgorithmName.SHA256, await SHA256.HashDataAsync(file, cancellationToken));
    }

    // The SHA-256 hashes that it signs, none if it has another form; null if there is no sigstore bundle.
    private static HashSet<string>? Read(string file)
    {
        string place = PathOf(file);
        // If an archive's name is too long, no such file can exist.
        if (!File.Exists(place) || FileFacts.Of(place, followsLinks: false).Kind != FileKind.Regular
            || new FileInfo(place).Length > MostBytes)
            return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(place));
            JsonElement root = document.RootElement;
            if (root.GetProperty("mediaType").GetString() is not { } type || !type.StartsWith(MediaType, StringComparison.Ordinal))
                return null;
            HashSet<string> hashes = new(StringComparer.OrdinalIgnoreCase);
            if (root.TryGetProperty("messageSignature", out JsonElement message))
            {
                JsonElement digest = message.GetProperty("messageDigest");
                if (digest.GetProperty("algorithm").GetString() == "SHA2_256")
                    hashes.Add(Convert.ToHexString(digest.GetProperty("digest").GetBytesFromBase64()));
            }
            else if (root.TryGetProperty("dsseEnvelope", out JsonElement envelope))
            {
                using JsonDocument statement = JsonDocument.Parse(envelope.GetProperty("payload").GetBytesFromBase64());
                foreach (JsonElement subject in statement.RootElement.GetProperty("subject").EnumerateArray())
                {
                    if (subject.GetProperty("digest").TryGetProperty("sha256", out JsonElement hash))
                        hashes.Add(hash.GetString() ?? "");
                }
            }

            return hashes;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }
}
