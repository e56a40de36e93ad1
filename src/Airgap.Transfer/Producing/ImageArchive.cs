using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Producing;

/// <summary>
/// The archive of a container image, in docker's format or with an OCI layout: files named by their digests. The
/// image's manifest determines its files, so that no list in the archive needs trust.
/// </summary>
/// <remarks>Source: OCI image layout (<c>blobs/sha256/HEX</c>); docker save (<c>HEX.json</c>, <c>HEX/layer.tar</c>, where the SDK puts the
/// layer as its digest has it).</remarks>
internal sealed class ImageArchive
{
    private const string LayoutFolder = "blobs/sha256/";
    private const string LayerFile = "/layer.tar";
    private const string ConfigEnd = ".json";

    private readonly string _path;
    private readonly Dictionary<Digest, ArchiveEntry> _entries;

    private ImageArchive(string path, Dictionary<Digest, ArchiveEntry> entries)
    {
        _path = path;
        _entries = entries;
    }

    /// <summary>Reads the headers of an archive's entries.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidImageArchive"/>, or a 3xxx code of the file.</exception>
    public static ImageArchive Open(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            Dictionary<Digest, ArchiveEntry> entries = [];
            foreach (ArchiveEntry entry in TarIndex.Read(file))
            {
                if (DigestOf(entry.Name) is { } digest)
                    entries[digest] = entry;
            }

            return new ImageArchive(path, entries);
        }
        catch (InvalidDataException e)
        {
            throw Invalid(path, $"it cannot be read: {e.Message}");
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    /// <summary>A blob.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidImageArchive"/>: there is none, or one of another length.</exception>
    public IBlobContent GetBlob(Descriptor blob)
    {
        if (!_entries.TryGetValue(blob.Digest, out ArchiveEntry entry))
            throw Invalid(_path, $"it does not contain {blob.Digest}");
        return entry.Size == blob.Size ? new ArchiveBlobContent(_path, blob, entry.Offset, entry.Name)
            : throw Invalid(_path, $"{entry.Name} has {entry.Size} bytes, but the image states {blob.Size}");
    }

    /// <summary>The manifest of an index.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidImageArchive"/>, <see cref="ErrorCode.ArchiveDigestMismatch"/> or
    /// <see cref="ErrorCode.InvalidManifest"/>.</exception>
    public async Task<Manifest> ReadManifestAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (descriptor.Size > Manifest.MaxBytes)
            throw Invalid(_path, $"the manifest {descriptor.Digest} is too large");
        byte[] bytes = new byte[descriptor.Size];
        await using Stream stream = await GetBlob(descriptor).OpenAsync(0, cancellationToken);
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return Manifest.Parse(bytes, descriptor.MediaType);
    }

    /// <summary>The failure of this archive.</summary>
    /// <param name="why">The end of a sentence.</param>
    public AirgapException Invalid(string why) => Invalid(_path, why);

    private static Digest? DigestOf(string name)
    {
        string hex = name.StartsWith(LayoutFolder, StringComparison.Ordinal) ? name[LayoutFolder.Length..]
            : name.EndsWith(LayerFile, StringComparison.Ordinal) ? name[..^LayerFile.Length]
            : name.EndsWith(ConfigEnd, StringComparison.Ordinal) ? name[..^ConfigEnd.Length]
            : "";
        return Digest.TryParse("sha256:" + hex, out Digest digest) ? digest : null;
    }

    private static AirgapException Invalid(string path, string why) => new(
        ErrorCode.InvalidImageArchive,
        $"The archive '{path}' does not contain the image that was published to it: {why}.",
        "Publish the container again, and make sure that nothing else writes the file.");
}
