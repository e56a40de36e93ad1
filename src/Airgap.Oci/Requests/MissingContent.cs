using System.Text.Json;

namespace Airgap.Oci.Requests;

/// <summary>Reads from the refusal of a manifest which content the repository lacks.</summary>
/// <remarks>Source: OCI distribution specification, "Error Codes"; the digest is in the detail at docker's distribution, in the message
/// elsewhere.</remarks>
internal static class MissingContent
{
    private const string Sha256 = "sha256:";
    private const int Length = 7 + 64;

    /// <summary>The digests that a refusal names as missing; null if any part of it says something else.</summary>
    public static IReadOnlySet<Digest>? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("errors", out JsonElement errors) || errors.ValueKind != JsonValueKind.Array)
                return null;
            HashSet<Digest> missing = [];
            foreach (JsonElement error in errors.EnumerateArray())
            {
                if (error.ValueKind != JsonValueKind.Object || !error.TryGetProperty("code", out JsonElement code)
                    || code.ValueKind != JsonValueKind.String
                    || code.GetString() is not ("MANIFEST_BLOB_UNKNOWN" or "BLOB_UNKNOWN" or "MANIFEST_UNKNOWN"))
                    return null;
                int before = missing.Count;
                AddDigests(missing, error.GetRawText());
                if (missing.Count == before)
                    return null;
            }

            return missing;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void AddDigests(HashSet<Digest> found, string text)
    {
        for (int at = 0; (at = text.IndexOf(Sha256, at, StringComparison.Ordinal)) >= 0; at += Sha256.Length)
        {
            if (at + Length <= text.Length && Digest.TryParse(text.Substring(at, Length), out Digest digest))
                found.Add(digest);
        }
    }
}
