using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>
/// Turns the elements of manifest.json into manifests. Only a manifest's own bytes are trusted: digests are computed,
/// and layers and children read from the manifests themselves.
/// </summary>
internal sealed class ArchivedTree(ArchiveReader archive, bool includeNonDistributable)
{
    /// <summary>An item with more manifests than this is an attack, not an image.</summary>
    private const int MaxManifests = 10_000;

    public ArchivedItem Item(ArchiveIndex index)
    {
        HashSet<Digest> leftOut = [.. LeftOutList.Read(index.Labels?.GetValueOrDefault(LeftOutList.Name))];
        return Item(Expand(index, leftOut), index.OrigRef, index.Tag, index.Labels);
    }

    public ArchivedItem Item(ArchiveImage image) =>
        Item(Expand(image), image.OrigRef, image.Tag, image.Labels);

    /// <summary>The name of an element that cannot be read, for messages.</summary>
    public static string NameOf(ArchiveElement? element) =>
        (element?.ImageIndex?.Refs ?? element?.Image?.Refs)?.FirstOrDefault() is { Length: > 0 } name ? name : "an image without a name";

    /// <summary>The digest that an element states; null for none.</summary>
    public static Digest? DigestOf(ArchiveElement? element) =>
        Digest.TryParse(element?.ImageIndex?.Digest ?? element?.Image?.Manifest?.Digest, out Digest digest) ? digest : null;

    private ArchivedItem Item(PlannedManifest content, string? origin, string? tag, Dictionary<string, string?>? labels)
    {
        if (!string.IsNullOrEmpty(tag) && !ImageReference.IsTag(tag))
            throw archive.Invalid($"'{tag}' is not a tag");
        return new ArchivedItem(
            ImageReference.ByDigest(content.Origin, content.Manifest.Digest),
            content,
            origin ?? "",
            string.IsNullOrEmpty(tag) ? null : tag,
            labels?.ContainsKey(ArchiveManifestWriter.RootLabel) == true);
    }

    private RepositoryName Repository(List<string?>? refs) =>
        refs is [{ } text, ..] && ImageReference.TryParse(text, out ImageReference? reference, out _)
            ? reference.Repository
            : throw archive.Invalid($"'{refs?.FirstOrDefault()}' is not an image reference");

    private PlannedManifest Expand(ArchiveIndex index, HashSet<Digest> leftOut)
    {
        Manifest manifest = Read(index.Raw, index.MediaType, index.Digest);
        if (!manifest.IsIndex)
            throw archive.Invalid($"{manifest.Digest} is listed as an index but is not one");
        Dictionary<Digest, PlannedManifest> children = [];
        foreach (ArchiveImage image in (index.Images ?? []).OfType<ArchiveImage>())
        {
            PlannedManifest child = Expand(image);
            children.TryAdd(child.Manifest.Digest, child);
        }

        foreach (ArchiveIndex nested in (index.Indexes ?? []).OfType<ArchiveIndex>())
        {
            PlannedManifest child = Expand(nested, leftOut);
            children.TryAdd(child.Manifest.Digest, child);
        }

        PlannedManifest planned = new()
        {
            Manifest = manifest,
            Origin = Repository(index.Refs),
            // All content of an archive is moved, listed or not.
            Children = [.. manifest.Manifests
                .Where(descriptor => children.ContainsKey(descriptor.Digest) || !leftOut.Contains(descriptor.Digest))
                .Select(descriptor => children.TryGetValue(descriptor.Digest, out PlannedManifest? child)
                ? child
                : throw archive.Invalid($"the index {manifest.Digest} lists {descriptor.Digest}, which is missing"))],
        };
        // A few levels that each list the next many times take few bytes, but give more manifests than can be visited.
        long count = 1 + planned.Children.Sum(CountOf);
        if (count > MaxManifests)
            throw archive.Invalid($"the index {manifest.Digest} contains more than {MaxManifests} manifests");
        _counts.Add(planned, count);
        return planned;
    }

    private readonly Dictionary<PlannedManifest, long> _counts = new(ReferenceEqualityComparer.Instance);

    private long CountOf(PlannedManifest manifest) => _counts.GetValueOrDefault(manifest, 1);

    private PlannedManifest Expand(ArchiveImage image)
    {
        if (image.Manifest is null || image.Config is null)
            throw archive.Invalid("an image has no manifest or no config");
        Manifest manifest = Read(image.Manifest.Raw, image.Manifest.MediaType, image.Manifest.Digest);
        if (manifest.IsIndex)
            throw archive.Invalid($"{manifest.Digest} is listed as an image but is an index");
        byte[] config = Bytes(image.Config.Raw, manifest.Config!.Digest, "config");
        if (config.Length != manifest.Config.Size)
        {
            throw new AirgapException(
                ErrorCode.SizeMismatch,
                $"'{archive.Path}': the config {manifest.Config.Digest} has {config.Length} bytes, but {manifest.Digest} states " +
                $"{manifest.Config.Size}.",
                "The image was built wrongly; push it again and write the archive again.")
            { Digest = manifest.Config.Digest.ToString(), Location = new SourceLocation(archive.Path) };
        }

        StoredBytes held = archive.AddConfig(manifest.Config.Digest, config);
        PlannedManifest planned = PlannedManifest.FromImage(Repository(image.Refs), manifest, held, includeNonDistributable);
        foreach (Descriptor layer in manifest.Layers.Where(layer => !MediaTypes.IsNonDistributable(layer.MediaType)))
        {
            if (archive.FindLayer(layer) is null && layer.Digest != manifest.Config.Digest && !archive.Required.Contains(layer.Digest))
            {
                throw archive.NotesProblem ?? new AirgapException(
                    ErrorCode.ArchiveLayerMissing,
                    $"file {ArchiveLayout.NameOf(layer.Digest)} not found in tar: '{archive.Path}' lacks a layer of " +
                    $"{planned.Origin}@{manifest.Digest}.",
                    "Copy the archive again from where it was written, or write it again.")
                {
                    Reference = $"{planned.Origin}@{manifest.Digest}",
                    Digest = layer.Digest.ToString(),
                    Location = new SourceLocation(archive.Path)
                };
            }
        }

        return planned;
    }

    private Manifest Read(byte[]? raw, string? mediaType, string? digestText)
    {
        if (!Digest.TryParse(digestText, out Digest digest))
            throw archive.Invalid($"'{digestText}' is not a digest");
        byte[] bytes = Bytes(raw, digest, "manifest");
        try
        {
            return Manifest.Parse(bytes, mediaType, digest).HeldIn(archive.Store);
        }
        catch (AirgapException e) when (e.Code == ErrorCode.InvalidManifest)
        {
            // The digest covers a manifest's own statements, not the archive's statements about it. An image mistaken for an index would
            // lose its layers.
            if (Manifest.Parse(bytes, null, digest) is { } own && own.IsIndex == MediaTypes.IsIndex(mediaType ?? "")
                && own.IsIndex != MediaTypes.IsImageManifest(mediaType ?? ""))
                return own.HeldIn(archive.Store);
            throw;
        }
    }

    private byte[] Bytes(byte[]? raw, Digest digest, string what)
    {
        byte[] bytes = raw ?? [];
        return digest.IsOf(bytes)
            ? bytes
            : throw new AirgapException(
                ErrorCode.ArchiveDigestMismatch,
                $"The archive '{archive.Path}' is damaged: the {what} listed as {digest} has the digest " +
                $"{Digest.ComputeLike(digest, bytes)}.",
                "Copy the archive again from where it was written, or write it again.")
            { Digest = digest.ToString(), Location = new SourceLocation(archive.Path) };
    }
}
