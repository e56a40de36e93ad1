using Airgap.Oci;
using Airgap.Oci.Content;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Storage;

/// <summary>
/// Collects garbage: first blobs that no manifest of their repository names, then content that no repository has. Both
/// must be older than a grace period, which starts when the content was last pushed, mounted or requested by HEAD.
/// Manifests, with or without a tag, stay until deleted. Requests can continue meanwhile; an interrupted collection
/// leaves nothing half done.
/// </summary>
internal sealed class GarbageCollector(
    StorageLayout layout, AtomicFiles files, BlobStorage blobs, ManifestStorage manifests, RepositoryCatalog catalog, RepositoryGates gates)
{
    private readonly Lock _one = new();

    /// <summary>Collects.</summary>
    /// <param name="grace">The minimum age of garbage.</param>
    /// <param name="isDry">True to only report. No requests may run then, because their changes would be counted wrongly.</param>
    /// <param name="cancellationToken">Cancels it between two steps.</param>
    public GarbageReport Collect(TimeSpan grace, bool isDry, CancellationToken cancellationToken)
    {
        lock (_one)
        {
            DateTime limit = DateTime.UtcNow - grace;
            GarbageReport report = new();
            using IDisposable sweep = blobs.Pins.BeginSweep();
            HashSet<Digest> linked = [];
            Dictionary<Digest, IReadOnlyList<Digest>?> known = [];
            foreach (string name in catalog.List())
            {
                cancellationToken.ThrowIfCancellationRequested();
                Unlink(name, limit, isDry, known, linked, report);
            }

            Remove(limit, isDry, linked, report, cancellationToken);
            return report;
        }
    }

    private void Unlink(string name, DateTime limit, bool isDry, Dictionary<Digest, IReadOnlyList<Digest>?> known, HashSet<Digest> linked,
        GarbageReport report)
    {
        // Content never changes under its digest, so most of the reading is done before any request has to wait.
        foreach (Digest revision in manifests.Revisions(name))
            ReferencesOf(name, revision, known);
        gates.Remove(name, () =>
        {
            HashSet<Digest>? used = [];
            foreach (Digest revision in manifests.Revisions(name).ToArray())
            {
                if (AtomicFiles.ReadLink(layout.Revision(name, revision)) is not { } target)
                {
                    if (!isDry)
                        RemoveEmpty(layout.Revision(name, revision));
                    continue;
                }

                linked.Add(target);
                if (ReferencesOf(name, revision, known) is not { } references)
                    used = null;
                else
                    used?.UnionWith(references);
            }

            if (used is null)
                report.Unreadable.Add(name);
            foreach (Digest layer in Digests(layout.Layers(name)).ToArray())
                UnlinkLayer(name, layer, used, limit, isDry, linked, report);
            return true;
        });
    }

    private void UnlinkLayer(
        string name, Digest layer, HashSet<Digest>? used, DateTime limit, bool isDry, HashSet<Digest> linked, GarbageReport report)
    {
        string path = layout.Layer(name, layer);
        if (used?.Contains(layer) != false || AtomicFiles.TimeOf(path) is not { } time || time > limit)
        {
            if (AtomicFiles.ReadLink(path) is { } target)
                linked.Add(target);
            return;
        }

        if (isDry || blobs.Pins.TryRemove(layer, () => IsOld(path, limit) && TryDelete(path)))
        {
            report.Unlinked++;
            return;
        }

        linked.Add(layer);
        if (AtomicFiles.ReadLink(path) is { } kept)
            linked.Add(kept);
    }

    private void Remove(DateTime limit, bool isDry, HashSet<Digest> linked, GarbageReport report, CancellationToken cancellationToken)
    {
        foreach (Digest digest in Contents())
        {
            cancellationToken.ThrowIfCancellationRequested();
            FileInfo data = new(layout.Blob(digest));
            if (!data.Exists)
                continue;
            long length = data.Length;
            string? away = null;
            if (!linked.Contains(digest) && data.LastWriteTimeUtc <= limit
                && (isDry || blobs.Pins.TryRemove(digest, () => (away = MoveAway(data.FullName)) is not null)))
            {
                report.Removed++;
                report.Bytes += length;
                if (away is not null)
                    TagStorage.DeleteQuietly(away);
            }
            else
            {
                report.Kept++;
            }
        }
    }

    private string? MoveAway(string data)
    {
        try
        {
            return files.MoveAway(Path.GetDirectoryName(data)!);
        }
        catch (IOException)
        {
            // Windows does not move a folder with an open file: the next collection finds it.
            return null;
        }
    }

    // Null for a manifest that cannot be read, so that the blobs that it needs are unknown.
    private IReadOnlyList<Digest>? ReferencesOf(string name, Digest revision, Dictionary<Digest, IReadOnlyList<Digest>?> known)
    {
        if (known.TryGetValue(revision, out IReadOnlyList<Digest>? references))
            return references;
        using SafeFileHandle? content = manifests.Open(name, revision);
        if (content is null)
            return null;
        ManifestSummary? summary = ManifestStorage.Summarize(content);
        bool isRead = summary is { Ambiguity: null } && !MediaTypes.IsSchema1(summary.MediaType)
            && (summary.References.Count > 0 || MediaTypes.IsIndex(summary.MediaType) || MediaTypes.IsImageManifest(summary.MediaType));
        return known[revision] = isRead ? summary!.References : null;
    }

    private IEnumerable<Digest> Contents()
    {
        foreach (string algorithm in (string[])["sha256", "sha512"])
        {
            string folder = Path.Combine(layout.Blobs, algorithm);
            if (!Directory.Exists(folder))
                continue;
            foreach (string content in Directory.EnumerateDirectories(folder).SelectMany(Directory.EnumerateDirectories))
            {
                if (Digest.TryParse($"{algorithm}:{Path.GetFileName(content)}", out Digest digest))
                    yield return digest;
            }
        }
    }

    private static IEnumerable<Digest> Digests(string folder)
    {
        foreach (string algorithm in (string[])["sha256", "sha512"])
        {
            string one = Path.Combine(folder, algorithm);
            if (!Directory.Exists(one))
                continue;
            foreach (string entry in Directory.EnumerateDirectories(one))
            {
                if (Digest.TryParse($"{algorithm}:{Path.GetFileName(entry)}", out Digest digest))
                    yield return digest;
            }
        }
    }

    private static bool IsOld(string path, DateTime limit) => AtomicFiles.TimeOf(path) is { } time && time <= limit;

    private static bool TryDelete(string link)
    {
        File.Delete(link);
        RemoveEmpty(link);
        return true;
    }

    // A deleted manifest leaves its folder behind; the next link creates it again.
    private static void RemoveEmpty(string link)
    {
        try
        {
            Directory.Delete(Path.GetDirectoryName(link)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is not empty, or no longer exists.
        }
    }
}
