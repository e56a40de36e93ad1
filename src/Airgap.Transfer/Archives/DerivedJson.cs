using System.Collections.Immutable;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>The field <c>derived</c> in the content of airgap.json; absent if nothing was derived.</summary>
internal static class DerivedJson
{
    /// <summary>Writes the field.</summary>
    public static void Write(Utf8JsonWriter json, ImmutableArray<DerivedManifest> derived)
    {
        json.WriteStartArray("derived"u8);
        foreach (DerivedManifest made in derived)
        {
            json.WriteStartObject();
            json.WriteString("digest"u8, made.Digest.ToString());
            json.WriteString("from"u8, made.From.ToString());
            if (!made.Kept.IsEmpty)
            {
                json.WriteStartArray("kept"u8);
                foreach (Digest kept in made.Kept)
                    json.WriteStringValue(kept.ToString());
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Reads the field.</summary>
    /// <param name="content">The content.</param>
    /// <param name="invalid">Makes the failure of a malformed one from the end of a sentence.</param>
    public static ImmutableArray<DerivedManifest> Read(JsonElement content, Func<string, AirgapException> invalid)
    {
        if (!content.TryGetProperty("derived", out JsonElement derived))
            return [];
        return [.. derived.EnumerateArray().Select(made =>
            new DerivedManifest(DigestOf(made.GetProperty("digest"), invalid), DigestOf(made.GetProperty("from"), invalid))
            {
                Kept = made.TryGetProperty("kept", out JsonElement kept)
                    ? [.. kept.EnumerateArray().Select(one => DigestOf(one, invalid))] : [],
            })];
    }

    private static Digest DigestOf(JsonElement json, Func<string, AirgapException> invalid) =>
        Digest.TryParse(json.GetString(), out Digest digest) ? digest
            : throw invalid($"its {ArchiveNotes.EntryName} lists '{json.GetString()}' as derived, which is not a digest");
}
