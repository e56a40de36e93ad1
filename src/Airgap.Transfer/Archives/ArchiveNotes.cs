using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Archives;

/// <summary>
/// Information that imgpkg's format cannot store, in the last entry of an archive:
/// <c>{"version":1,"digest":"sha256:…","content":{…}}</c>. The digest is that of the content's bytes. As the content
/// includes the digest of manifest.json, it covers everything in the archive, and is the id of its set. imgpkg skips
/// the entry. Readers skip unknown fields; information that a reader must not skip needs another version: a delta has
/// 2, all other archives 1.
/// </summary>
/// <param name="Manifest">The digest of the bytes of manifest.json.</param>
/// <param name="ImagesLock">The ImagesLock that the archive was made from, in its order and with its annotations; null
/// for none.</param>
internal sealed record ArchiveNotes(Digest Manifest, ImagesLock? ImagesLock)
{
    /// <summary>The name of the entry.</summary>
    public const string EntryName = "airgap.json";

    /// <summary>The highest readable version: that of deltas.</summary>
    public const int Version = 2;

    /// <summary>The maximum size of the entry: the largest lock, with each byte escaped.</summary>
    public const int MaxBytes = 512 * 1024 * 1024;

    /// <summary>The layers that the archive requires from its bases; null for a full one.</summary>
    public DeltaNotes? Delta { get; init; }

    /// <summary>The manifests that a selection made; empty for none. Only the archive's signature proves them.</summary>
    public ImmutableArray<DerivedManifest> Derived { get; init; } = [];

    /// <summary>The archive's set: the digest of the content.</summary>
    public Digest Set { get; private init; }

    /// <summary>The set of an archive without notes: that of the minimal notes it could have.</summary>
    /// <param name="manifest">The digest of manifest.json.</param>
    public static Digest SetOf(Digest manifest) => Digest.Compute(JsonBytes.Object(new ArchiveNotes(manifest, null).WriteContent));

    /// <summary>The bytes of the entry for a plan's archive; empty if imgpkg's format is sufficient.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="manifest">The digest of manifest.json.</param>
    public static ReadOnlyMemory<byte> Write(TransferPlan plan, Digest manifest)
    {
        // A lock without annotations adds nothing to manifest.json.
        ImagesLock? images = plan.ImagesLock is { } given && given.Images.Any(image => image.Annotations.Count > 0) ? given : null;
        ImmutableArray<DerivedManifest> derived = DerivedManifest.In(plan.Derived, plan.Items);
        return images is not null || plan.Delta is not null || !derived.IsEmpty
            ? new ArchiveNotes(manifest, images) { Delta = plan.Delta, Derived = derived }.ToJson()
            : default(ReadOnlyMemory<byte>);
    }

    /// <summary>The bytes of the entry for a list of images that is not of one plan, and that requires layers from bases.</summary>
    public static ReadOnlyMemory<byte> Write(DeltaNotes delta, Digest manifest) =>
        new ArchiveNotes(manifest, null) { Delta = delta }.ToJson();

    /// <summary>Reads the entry.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="invalid">Makes the failure of a malformed one from the end of a sentence.</param>
    /// <param name="archive">The archive, for messages.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.NewerArchive"/>, or what <paramref name="invalid"/> makes.</exception>
    public static ArchiveNotes Read(ReadOnlyMemory<byte> json, string archive, Func<string, AirgapException> invalid) =>
        VersionedDocument.Read(
            json, "version", (root, version) => Read(root, version, archive, invalid),
            () => invalid($"its {EntryName} is malformed, or has a field twice"));

    private static ArchiveNotes Read(JsonElement root, int version, string archive, Func<string, AirgapException> invalid)
    {
        if (version > Version)
            throw VersionedDocument.Newer(archive, $"has an {EntryName} of version {version}", Version, "Import");
        JsonElement content = root.GetProperty("content");
        if (version < 1 || !Digest.TryParse(root.GetProperty("digest").GetString(), out Digest digest))
            throw invalid($"its {EntryName} has no valid version or digest");
        Digest actual = Digest.ComputeLike(digest, JsonMarshal.GetRawUtf8Value(content));
        if (actual != digest)
            throw invalid($"the content of its {EntryName} has the digest {actual} instead of {digest}");
        if (!Digest.TryParse(content.GetProperty("manifest").GetString(), out Digest manifest))
            throw invalid($"its {EntryName} does not name its {ArchiveLayout.ManifestName}");
        return new ArchiveNotes(
            manifest, content.TryGetProperty("imagesLock", out JsonElement images) ? ReadLock(images, invalid) : null)
        {
            Delta = version > 1 ? DeltaJson.Read(content, invalid) : null,
            Derived = DerivedJson.Read(content, invalid),
            Set = digest,
        };
    }

    private static ImagesLock ReadLock(JsonElement images, Func<string, AirgapException> invalid)
    {
        ImmutableArray<LockedImage>.Builder list = ImmutableArray.CreateBuilder<LockedImage>();
        foreach (JsonElement image in images.EnumerateArray())
        {
            string? text = image.GetProperty("image").GetString();
            if (!ImageReference.TryParse(text, out ImageReference? reference, out _) || reference.Digest is null)
                throw invalid($"its {EntryName} lists '{text}', which is not an image by digest");
            ImmutableSortedDictionary<string, string>.Builder annotations = LockedImage.NoAnnotations.ToBuilder();
            if (image.TryGetProperty("annotations", out JsonElement pairs))
            {
                foreach (JsonProperty pair in pairs.EnumerateObject())
                    annotations[pair.Name] = pair.Value.GetString() ?? "";
            }

            list.Add(new LockedImage(reference, annotations.ToImmutable()));
        }

        return new ImagesLock(list.DrainToImmutable());
    }

    private byte[] ToJson()
    {
        byte[] content = JsonBytes.Object(WriteContent);
        return JsonBytes.Object(json =>
        {
            json.WriteNumber("version"u8, Delta is null ? 1 : Version);
            json.WriteString("digest"u8, Digest.Compute(content).ToString());
            json.WritePropertyName("content"u8);
            json.WriteRawValue(content, skipInputValidation: true);
        });
    }

    private void WriteContent(Utf8JsonWriter json)
    {
        json.WriteString("manifest"u8, Manifest.ToString());
        if (ImagesLock is not null)
            WriteLock(json, ImagesLock);
        if (Delta is not null)
            DeltaJson.Write(json, Delta);
        if (!Derived.IsEmpty)
            DerivedJson.Write(json, Derived);
    }

    private static void WriteLock(Utf8JsonWriter json, ImagesLock images)
    {
        json.WriteStartArray("imagesLock"u8);
        foreach (LockedImage image in images.Images)
        {
            json.WriteStartObject();
            json.WriteString("image"u8, image.Image.ToString());
            if (!image.Annotations.IsEmpty)
            {
                json.WriteStartObject("annotations"u8);
                foreach ((string key, string value) in image.Annotations)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
