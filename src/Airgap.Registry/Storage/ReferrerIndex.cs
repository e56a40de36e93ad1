using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Content;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Storage;

/// <summary>A manifest that is attached to another.</summary>
/// <param name="Descriptor">The manifest.</param>
/// <param name="ArtifactType">Its artifact type, or null.</param>
/// <param name="Annotations">Its annotations as JSON, or null.</param>
internal sealed record Referrer(Descriptor Descriptor, string? ArtifactType, string? Annotations);

/// <summary>
/// Finds the manifests attached to one. The layout has no such index, and another registry may have written the folder;
/// so the index is built from the manifests, each read once.
/// </summary>
internal sealed class ReferrerIndex(ManifestStorage manifests)
{
    private const int MaxRepositories = 256;

    private readonly ConcurrentDictionary<string, Known> _repositories = new(StringComparer.Ordinal);

    /// <summary>The referrers of a manifest, which itself need not exist, in ordinal order of digest.</summary>
    public IReadOnlyList<Referrer> List(string name, Digest subject)
    {
        if (_repositories.Count >= MaxRepositories && !_repositories.ContainsKey(name))
            _repositories.Clear();
        Known known = _repositories.GetOrAdd(name, _ => new Known());
        List<Referrer> result = [];
        lock (known)
        {
            foreach (Digest digest in manifests.Revisions(name))
            {
                if (!known.Seen.Contains(digest))
                    Read(name, digest, known);
            }

            if (known.BySubject.TryGetValue(subject, out List<Referrer>? referrers))
                result.AddRange(referrers);
        }

        // A removed manifest leaves its revision's folder behind.
        result.RemoveAll(referrer => !manifests.Exists(name, referrer.Descriptor.Digest));
        result.Sort((a, b) => a.Descriptor.Digest.CompareTo(b.Descriptor.Digest));
        return result;
    }

    private void Read(string name, Digest digest, Known known)
    {
        using SafeFileHandle? content = manifests.Open(name, digest);
        if (content is null)
            return;
        // Damaged content may be mended by a push, so that it is read again.
        if (ManifestStorage.Summarize(content) is not { } summary)
            return;
        known.Seen.Add(digest);
        if (summary.Subject is not { } subject)
            return;
        if (!known.BySubject.TryGetValue(subject, out List<Referrer>? referrers))
            known.BySubject.Add(subject, referrers = []);
        Descriptor descriptor = new(summary.MediaType, digest, RandomAccess.GetLength(content));
        referrers.Add(new Referrer(descriptor, summary.ArtifactType, summary.Annotations));
    }

    private sealed class Known
    {
        public HashSet<Digest> Seen { get; } = [];

        public Dictionary<Digest, List<Referrer>> BySubject { get; } = [];
    }
}
