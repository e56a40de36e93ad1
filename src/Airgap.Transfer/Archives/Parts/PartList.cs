using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives.Parts;

/// <summary>
/// <c>NAME.tar.parts.json</c>: the parts of an archive in order,
/// <c>{"$schema":…,"version":1,"set":"sha256:…","size":…,"parts":[{"order":1,"name":…,"size":…,
/// "digest":"sha256:…","ends":"sha256:…"}]}</c>. The set's id is the digest of the sizes and digests of all parts, so every split into the
/// same parts has the same id, and changes to the list are detected. Readers skip unknown fields.
/// </summary>
/// <param name="Parts">One or more.</param>
internal sealed record PartList(ImmutableArray<PartEntry> Parts)
{
    /// <summary>The written version, and the highest readable one.</summary>
    public const int Version = 1;

    private const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>The address of its JSON schema, for editors; null if unknown.</summary>
    public string? Schema { get; init; } = SchemaLinks.Of("parts");

    /// <summary>The size of the archive in bytes.</summary>
    public long Size { get; } = Parts.Sum(part => part.Size);

    /// <summary>The id of this set.</summary>
    public Digest Id { get; } = IdOf(Parts);

    /// <summary>Reads a list.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidPartList"/>, <see cref="ErrorCode.NewerArchive"/>, or a 3xxx code of
    /// the file.</exception>
    public static PartList Read(string path)
    {
        try
        {
            // It comes from the medium of the parts: opening a pipe would block, and a device has no end.
            if (FileFacts.Of(path, followsLinks: true) is { Kind: not (FileKind.Regular or FileKind.None) } other)
                throw Invalid(path, $"it is {other.Name}");
            return Parse(WholeFile.Read(path, MaxBytes, why => Invalid(path, why)), path);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    /// <summary>Reads the bytes of a list.</summary>
    /// <inheritdoc cref="Read"/>
    public static PartList Parse(ReadOnlyMemory<byte> json, string path) => VersionedDocument.Read(
        json, "version", (root, version) => Parse(root, version, path),
        () => Invalid(path, "it is malformed, lacks a field, or has one twice"));

    private static PartList Parse(JsonElement root, int version, string path)
    {
        if (version > Version)
            throw VersionedDocument.Newer(path, $"has the version {version}", Version, "Read");
        JsonElement parts = root.GetProperty("parts");
        if (version < 1 || parts.GetArrayLength() is 0 or > PartName.MostParts)
            throw Invalid(path, $"it lists {parts.GetArrayLength()} parts, but 1 to {PartName.MostParts} are allowed");
        PartList list = new(EntriesOf(parts, path))
        {
            Schema = root.TryGetProperty(SchemaLinks.Property, out JsonElement schema) ? schema.GetString() : null
        };
        if (root.GetProperty("size").GetInt64() != list.Size)
            throw Invalid(path, $"its parts have {list.Size} bytes, but it states {root.GetProperty("size").GetRawText()}");
        if (root.GetProperty("set").GetString() is var set && set != list.Id.ToString())
            throw Invalid(path, $"its parts form the set {list.Id}, but it states '{set}'");
        return list;
    }

    /// <summary>The bytes of the file.</summary>
    public byte[] ToJson()
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            if (Schema is not null)
                json.WriteString(SchemaLinks.Property, Schema);
            json.WriteNumber("version"u8, Version);
            json.WriteString("set"u8, Id.ToString());
            json.WriteNumber("size"u8, Size);
            json.WriteStartArray("parts"u8);
            for (int i = 0; i < Parts.Length; i++)
            {
                json.WriteStartObject();
                json.WriteNumber("order"u8, i + 1);
                json.WriteString("name"u8, Parts[i].Name);
                json.WriteNumber("size"u8, Parts[i].Size);
                json.WriteString("digest"u8, Parts[i].Digest.ToString());
                json.WriteString("ends"u8, Parts[i].Ends.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    /// <summary>The checksums of the parts and of this list, as <c>sha256sum -c</c> reads them.</summary>
    /// <param name="listName">The name of this list's file.</param>
    public byte[] ToSums(string listName)
    {
        StringBuilder text = new();
        foreach (PartEntry part in Parts)
            text.Append(CultureInfo.InvariantCulture, $"{part.Digest.Hex}  {part.Name}\n");
        text.Append(CultureInfo.InvariantCulture, $"{Digest.Compute(ToJson()).Hex}  {listName}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static ImmutableArray<PartEntry> EntriesOf(JsonElement parts, string path)
    {
        ImmutableArray<PartEntry>.Builder entries = ImmutableArray.CreateBuilder<PartEntry>(parts.GetArrayLength());
        string? archive = null;
        long total = 0;
        foreach (JsonElement part in parts.EnumerateArray())
        {
            int order = entries.Count + 1;
            string name = part.GetProperty("name").GetString() ?? "";
            if (part.GetProperty("order").GetInt32() != order)
                throw Invalid(path, $"its {order}. part has the order {part.GetProperty("order").GetRawText()}");

            // Only a file name is allowed, not a path that leads out of the user's folder.
            if (name.Contains('/') || name.Contains('\\') || name.Contains(':') || name.Any(char.IsControl)
                || PartName.ArchiveOfPart(name) is not ({ } of, var number) || number != order || of != (archive ??= of))
                throw Invalid(path, $"'{Printable.Of(name)}' is not a name of its {order}. part");
            long size = part.GetProperty("size").GetInt64();
            if (size < 1 || size > long.MaxValue - total)
                throw Invalid(path, $"it gives '{name}' {size} bytes");
            total += size;
            entries.Add(new PartEntry(name, size, DigestOf(part, "digest", path), DigestOf(part, "ends", path)));
        }

        return entries.DrainToImmutable();
    }

    private static Digest DigestOf(JsonElement part, string field, string path) =>
        part.GetProperty(field).GetString() is var text && Digest.TryParse(text, out Digest digest) && digest.Algorithm == "sha256"
            ? digest
            : throw Invalid(path, $"'{Printable.Of(text ?? "")}' is not a SHA-256 digest");

    private static Digest IdOf(ImmutableArray<PartEntry> parts) =>
        Digest.Compute(Encoding.ASCII.GetBytes(
            string.Concat(parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Size} {part.Digest}\n")))));

    private static AirgapException Invalid(string path, string why) => new(
        ErrorCode.InvalidPartList,
        $"'{path}' is not a list of an archive's parts: {why}.",
        "Copy it again from its original location, next to the parts.")
    { Location = new SourceLocation(path) };
}

/// <summary>A part as its list describes it.</summary>
/// <param name="Name">The name of its file.</param>
/// <param name="Size">Its size in bytes, 1 or more.</param>
/// <param name="Digest">Their SHA-256 digest.</param>
/// <param name="Ends">The digest of its beginning and end (<see cref="PartEnds"/>).</param>
internal sealed record PartEntry(string Name, long Size, Digest Digest, Digest Ends);
