using System.Collections.Immutable;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Archives.Deltas;

/// <summary>The fields <c>bases</c> and <c>required</c> in the content of airgap.json.</summary>
internal static class DeltaJson
{
    // More than a chain of archives ever has; each base is checked for every named layer.
    private const int MostBases = 10_000;

    /// <summary>Writes the fields.</summary>
    public static void Write(Utf8JsonWriter json, DeltaNotes delta)
    {
        json.WriteStartArray("bases"u8);
        foreach (DeltaBase known in delta.Bases)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, known.Kind);
            json.WriteString("name"u8, known.Name);
            if (known.Set is { } set)
                json.WriteString("set"u8, set.ToString());
            if (known.Manifest is { } manifest)
                json.WriteString("manifest"u8, manifest.ToString());
            WriteList(json, "roots", known.Roots);
            WriteList(json, "repositories", known.Repositories.Select(repository => repository.ToString()));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("required"u8);
        foreach (RequiredLayer layer in delta.Required)
        {
            json.WriteStartObject();
            json.WriteString("digest"u8, layer.Digest.ToString());
            json.WriteNumber("size"u8, layer.Size);
            json.WriteString("image"u8, layer.Image.ToString());
            json.WriteNumber("base"u8, layer.Base);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Reads the fields; null if the content has none, as in a full archive.</summary>
    /// <param name="content">The content.</param>
    /// <param name="invalid">Makes the failure of a malformed one from the end of a sentence.</param>
    public static DeltaNotes? Read(JsonElement content, Func<string, AirgapException> invalid)
    {
        bool hasBases = content.TryGetProperty("bases", out JsonElement bases);
        bool hasRequired = content.TryGetProperty("required", out JsonElement required);
        if (!hasBases && !hasRequired)
            return null;
        if (!hasBases || !hasRequired || bases.GetArrayLength() > MostBases)
            throw invalid($"its {ArchiveNotes.EntryName} lists no bases, or too many");
        ImmutableArray<DeltaBase> known = [.. bases.EnumerateArray().Select(item => ReadBase(item, invalid))];
        ImmutableArray<RequiredLayer>.Builder layers = ImmutableArray.CreateBuilder<RequiredLayer>();
        foreach (JsonElement item in required.EnumerateArray())
        {
            RequiredLayer layer = ReadLayer(item, known.Length, invalid);
            if (layers.Count > 0 && layers[^1].Digest.CompareTo(layer.Digest) >= 0)
                throw invalid($"its {ArchiveNotes.EntryName} lists required layers twice or unordered");
            layers.Add(layer);
        }

        return new DeltaNotes(known, layers.DrainToImmutable());
    }

    private static DeltaBase ReadBase(JsonElement item, Func<string, AirgapException> invalid)
    {
        string? kind = item.GetProperty("kind").GetString();
        string? name = item.GetProperty("name").GetString();
        if (string.IsNullOrEmpty(name) || kind is null)
            throw invalid($"its {ArchiveNotes.EntryName} names a base without a kind or name");
        return new DeltaBase(kind, name)
        {
            Set = ReadDigest(item, "set"u8, invalid),
            Manifest = ReadDigest(item, "manifest"u8, invalid),
            Roots = ReadList(item, "roots"u8),
            Repositories =
            [
                .. ReadList(item, "repositories"u8).Select(text => RepositoryName.TryParse(text, out RepositoryName? repository, out _)
                    ? repository
                    : throw invalid($"its {ArchiveNotes.EntryName} names '{text}', which is not a repository")),
            ],
        };
    }

    private static RequiredLayer ReadLayer(JsonElement item, int bases, Func<string, AirgapException> invalid)
    {
        string? digest = item.GetProperty("digest").GetString();
        string? image = item.GetProperty("image").GetString();
        long size = item.GetProperty("size").GetInt64();
        int known = item.GetProperty("base").GetInt32();
        return Digest.TryParse(digest, out Digest parsed)
            && ImageReference.TryParse(image, out ImageReference? reference, out _) && reference.Digest is not null
            && size >= 0 && known >= 0 && known < bases
                ? new RequiredLayer(parsed, size, reference, known)
                : throw invalid($"its {ArchiveNotes.EntryName} requires '{digest}' without a valid digest, size, image or base");
    }

    private static Digest? ReadDigest(JsonElement item, ReadOnlySpan<byte> name, Func<string, AirgapException> invalid)
    {
        if (!item.TryGetProperty(name, out JsonElement value))
            return null;
        return Digest.TryParse(value.GetString(), out Digest digest)
            ? digest : throw invalid($"its {ArchiveNotes.EntryName} names a set by '{value.GetString()}', which is not a digest");
    }

    private static ImmutableArray<string> ReadList(JsonElement item, ReadOnlySpan<byte> name) =>
        item.TryGetProperty(name, out JsonElement list) ? [.. list.EnumerateArray().Select(text => text.GetString() ?? "")] : [];

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        string[] all = [.. texts];
        if (all.Length > 0)
            json.WriteStrings(name, all);
    }
}
