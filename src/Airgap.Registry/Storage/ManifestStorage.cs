using System.Buffers;
using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Content;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Storage;

/// <summary>Manifests: content, stored like blobs, and revision links that make it part of a repository.</summary>
internal sealed class ManifestStorage(StorageLayout layout, AtomicFiles files, BlobStorage blobs, TagStorage tags, RemovalMarks marks)
{
    private const int MaxRemembered = 10_000;

    // The layout does not store media types; content never changes under its digest, so a type is read once.
    private readonly ConcurrentDictionary<Digest, string> _mediaTypes = new();

    /// <summary>True when a repository has the manifest.</summary>
    public bool Exists(string name, Digest digest) =>
        AtomicFiles.ReadLink(layout.Revision(name, digest)) is { } target && blobs.Exists(target);

    /// <summary>Opens a repository's manifest.</summary>
    /// <returns>Null when the repository does not have it.</returns>
    public SafeFileHandle? Open(string name, Digest digest) =>
        AtomicFiles.ReadLink(layout.Revision(name, digest)) is { } target ? blobs.OpenContent(target) : null;

    /// <summary>The media type of an opened manifest.</summary>
    public string MediaTypeOf(Digest digest, SafeFileHandle content)
    {
        if (_mediaTypes.TryGetValue(digest, out string? known))
            return known;
        // Damaged content may be mended by a push.
        if (Summarize(content)?.MediaType is not { } type)
            return MediaTypes.OciManifest;
        if (_mediaTypes.Count >= MaxRemembered)
            _mediaTypes.Clear();
        _mediaTypes[digest] = type;
        return type;
    }

    /// <summary>Stores a checked manifest: content, revision, and the tag last.</summary>
    public void Write(string name, Digest digest, ReadOnlySpan<byte> content, string? tag)
    {
        using IDisposable pin = blobs.Pins.Hold(digest);
        blobs.Write(digest, content);
        // The link's time is that of the last push.
        files.WriteFreshLink(layout.Revision(name, digest), digest);
        if (tag is not null)
            tags.Set(name, tag, digest);
    }

    /// <summary>
    /// The time of a manifest's last push to a repository, UTC; null if the repository does not have it.
    /// </summary>
    public DateTime? StoredAt(string name, Digest digest) => AtomicFiles.TimeOf(layout.Revision(name, digest));

    /// <summary>Removes a manifest and the tags that point at it, in one step. <see cref="TagSweep"/> clears the tags away.</summary>
    /// <returns>False when the repository does not have it.</returns>
    public bool Delete(string name, Digest digest)
    {
        if (!Exists(name, digest))
            return false;
        marks.Mark(name, digest);
        return true;
    }

    /// <summary>The digests of all manifests that are or were in a repository.</summary>
    public IEnumerable<Digest> Revisions(string name)
    {
        foreach (string algorithm in (string[])["sha256", "sha512"])
        {
            string folder = Path.Combine(layout.Revisions(name), algorithm);
            if (!Directory.Exists(folder))
                continue;
            foreach (string revision in Directory.EnumerateDirectories(folder))
            {
                if (Digest.TryParse($"{algorithm}:{Path.GetFileName(revision)}", out Digest digest))
                    yield return digest;
            }
        }
    }

    /// <summary>Reads an opened manifest.</summary>
    /// <returns>Null when the content is not a manifest.</returns>
    public static ManifestSummary? Summarize(SafeFileHandle content)
    {
        long length = RandomAccess.GetLength(content);
        if (length > Manifest.MaxBytes)
            return null;
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            int filled = 0;
            while (filled < length && RandomAccess.Read(content, buffer.AsSpan(filled, (int)length - filled), filled) is > 0 and int read)
                filled += read;
            return ManifestSummary.TryRead(buffer.AsMemory(0, filled), out _);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
