using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives.Receipts;

/// <summary>Receipts as JSON.</summary>
internal static class ReceiptJson
{
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const string Advice = "Use the unchanged receipt of the import, or use the imported archive as the base.";

    /// <summary>
    /// The bytes of a receipt: on one line without digests, with a line for each digest otherwise. Only the latter names its schema,
    /// because the short form may be typed or scanned.
    /// </summary>
    /// <param name="receipt">The receipt.</param>
    /// <param name="schema">The address of its JSON schema, for editors; null if unknown.</param>
    public static byte[] Write(Receipt receipt, string? schema)
    {
        bool isLong = receipt.Places.Any(place => place.Digests is not null);
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json =
            new(bytes, new JsonWriterOptions { Indented = isLong, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("airgapReceipt"u8, Receipt.Version);
            if (isLong && schema is not null)
                json.WriteString(SchemaLinks.Property, schema);
            json.WriteString("time"u8, receipt.Time.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture));
            json.WriteString("tool"u8, receipt.Tool);
            if (receipt.Incomplete > 0)
                json.WriteNumber("incomplete"u8, receipt.Incomplete);
            json.WriteStartArray("places"u8);
            foreach (ReceiptRepository place in receipt.Places)
                WritePlace(json, place);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    private static void WritePlace(Utf8JsonWriter json, ReceiptRepository place)
    {
        json.WriteStartObject();
        json.WriteString("registry"u8, place.Repository.Registry);
        json.WriteString("repository"u8, place.Repository.ToString());
        WriteList(json, "sets"u8, place.Sets);
        WriteList(json, "roots"u8, place.Roots);
        if (place.Tags is { } tags)
        {
            json.WriteStartObject("tags"u8);
            foreach ((string tag, Digest digest) in tags)
                json.WriteString(tag, digest.ToString());
            json.WriteEndObject();
        }

        json.WriteNumber("count"u8, place.Count);
        json.WriteString("hash"u8, place.Hash.ToString());
        if (place.Digests is { } digests)
            WriteList(json, "digests"u8, digests);
        json.WriteEndObject();
    }

    private static void WriteList<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<T> texts)
    {
        json.WriteStartArray(name);
        foreach (T text in texts)
            json.WriteStringValue(text!.ToString());
        json.WriteEndArray();
    }

    /// <summary>Reads a receipt file.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidReceipt"/>, or a 3xxx code of the file.</exception>
    public static Receipt Read(string path) => Read(WholeFile.Read(path, Receipt.MaxBytes, why => Invalid(path, why)), path);

    /// <summary>Reads a receipt's bytes.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="path">The file's name in errors.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidReceipt"/>.</exception>
    public static Receipt Read(ReadOnlyMemory<byte> json, string path) => VersionedDocument.Read(
        json, "airgapReceipt", (root, version) => Read(root, version, path),
        () => Invalid(path, "it is malformed, or has a field twice"));

    private static Receipt Read(JsonElement root, int version, string path)
    {
        if (version is < 1 or > Receipt.Version)
            throw Invalid(path, $"it has version {version}, but this tool reads versions up to {Receipt.Version}");
        if (!DateTimeOffset.TryParseExact(
            root.GetProperty("time").GetString(), Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
            out DateTimeOffset time))
            throw Invalid(path, "its time is invalid");
        return new Receipt(time, root.GetProperty("tool").GetString() ?? "",
            [.. root.GetProperty("places").EnumerateArray().Select(place => ReadPlace(place, path))])
        {
            Incomplete = root.TryGetProperty("incomplete", out JsonElement incomplete) ? incomplete.GetInt32() : 0,
        };
    }

    private static ReceiptRepository ReadPlace(JsonElement place, string path)
    {
        string? name = place.GetProperty("repository").GetString();
        if (!RepositoryName.TryParse(name, out RepositoryName? repository, out _))
            throw Invalid(path, $"'{name}' is not a repository");
        ImmutableArray<Digest>? digests = place.TryGetProperty("digests", out JsonElement list) ? ReadDigests(list, path) : null;
        ReceiptRepository read = new(
            repository,
            ReadDigests(place.GetProperty("sets"), path),
            [
                .. place.GetProperty("roots").EnumerateArray().Select(
                    root => ImageReference.TryParse(root.GetString(), out ImageReference? reference, out _) && reference.Digest is not null
                    ? reference
                    : throw Invalid(path, $"'{root.GetString()}' is not an image by digest")),
            ],
            place.GetProperty("count").GetInt32(),
            ReadDigest(place.GetProperty("hash"), path),
            digests)
        {
            Tags = place.TryGetProperty("tags", out JsonElement tags)
                ? tags.EnumerateObject().ToImmutableSortedDictionary(
                    tag => tag.Name, tag => ReadDigest(tag.Value, path), StringComparer.Ordinal)
                : null,
        };
        if (digests is { } all && (all.Length != read.Count || ReceiptRepository.HashOf(all) != read.Hash))
            throw Invalid(path, $"the digests that it lists for {repository} do not match its hash");
        return read;
    }

    private static ImmutableArray<Digest> ReadDigests(JsonElement list, string path) =>
        [.. list.EnumerateArray().Select(text => ReadDigest(text, path))];

    private static Digest ReadDigest(JsonElement text, string path) =>
        Digest.TryParse(text.GetString(), out Digest digest) ? digest : throw Invalid(path, $"'{text.GetString()}' is not a digest");

    private static AirgapException Invalid(string path, string why) =>
        new(ErrorCode.InvalidReceipt, $"'{path}' cannot be used as a base: {why}.", Advice)
        {
            Location = new SourceLocation(path)
        };
}
