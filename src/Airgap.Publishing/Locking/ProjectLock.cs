using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Locking;

/// <summary>
/// A project's lock, <c>airgap.lock.json</c>: the digest of each tag when it was last reviewed. It has one line per
/// item, in ordinal order of the references, so that a moved tag is one line of a diff.
/// </summary>
/// <param name="Entries">The digests by full reference: registry, repository and tag.</param>
internal sealed record ProjectLock(ImmutableSortedDictionary<string, ProjectLockEntry> Entries)
{
    /// <summary>The format this writes, and the only one it reads.</summary>
    public const int Version = 1;

    /// <summary>A lock without entries.</summary>
    public static ProjectLock Empty { get; } = new(ImmutableSortedDictionary.Create<string, ProjectLockEntry>(StringComparer.Ordinal))
    {
        Schema = SchemaLinks.Of("airgap.lock")
    };

    /// <summary>
    /// The digests of derived bundles, by reference and selection (<see cref="LockedSelections.KeyOf"/>).
    /// </summary>
    public ImmutableSortedDictionary<string, ProjectLockEntry> Derived { get; init; } =
        ImmutableSortedDictionary.Create<string, ProjectLockEntry>(StringComparer.Ordinal);

    /// <summary>The address of the file's JSON schema, as in the file; null for none.</summary>
    public string? Schema { get; init; }

    /// <summary>The file's text.</summary>
    public string ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        // References and digests stay unescaped, because no web page embeds the file.
        JsonWriterOptions options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (Utf8JsonWriter writer = new(buffer, options))
        {
            writer.WriteStartObject();
            if (Schema is not null)
                writer.WriteString(SchemaLinks.Property, Schema);
            writer.WriteNumber("version", Version);
            writer.WriteStartObject("items");
            foreach ((string reference, ProjectLockEntry entry) in Entries)
                writer.WriteString(reference, entry.Digest.ToString());
            writer.WriteEndObject();
            if (!Derived.IsEmpty)
            {
                writer.WriteStartObject("derived");
                foreach ((string choice, ProjectLockEntry entry) in Derived)
                    writer.WriteString(choice, entry.Digest.ToString());
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }
}

/// <summary>One item of a lock.</summary>
/// <param name="Digest">The tag's digest.</param>
/// <param name="Location">The location of the entry; null for one that is not yet in a file.</param>
internal sealed record ProjectLockEntry(Digest Digest, SourceLocation? Location);
