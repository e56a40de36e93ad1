using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// A signature next to a file of an archive, which signs what had this name before. Only a sigstore bundle counts: any other file of this
/// name is left alone.
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

    /// <summary>Removes the signature of a file that was written, if it signs other bytes.</summary>
    /// <param name="file">The file.</param>
    /// <param name="hashing">Gives its SHA-256; asked only where a signature stands there.</param>
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

    // The SHA-256 hashes that it signs, none if it says them in another way; null where no sigstore bundle stands there.
    private static HashSet<string>? Read(string file)
    {
        string place = PathOf(file);
        if (FileFacts.Of(place, followsLinks: false).Kind != FileKind.Regular || new FileInfo(place).Length > MostBytes)
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
