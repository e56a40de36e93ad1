using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>
/// Manifests that are in a layout and attached to its images, but not in its list. In a folder of <c>cosign save</c>, all signatures and
/// attestations in sigstore's bundle form are like that.
/// </summary>
/// <remarks>Source: cosign 3.1, pkg/oci/remote/write.go and cmd/cosign/cli/save.go.</remarks>
internal static class UnlistedReferrers
{
    /// <summary>Finds them, with those attached to one another.</summary>
    /// <param name="files">The layout.</param>
    /// <param name="manifests">The manifests that its list leads to.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AirgapException">A 3xxx code of a file.</exception>
    public static async Task<ImmutableArray<LayoutEntry>> FindAsync(
        LayoutFiles files, IEnumerable<Manifest> manifests, CancellationToken cancellationToken)
    {
        HashSet<Digest> reached = [.. manifests.Select(manifest => manifest.Digest)];
        HashSet<Digest> blobs = [.. manifests.SelectMany(manifest => manifest.Layers.Append(manifest.Config))
            .OfType<Descriptor>().Select(blob => blob.Digest)];
        List<Manifest> attached = [];
        foreach ((Digest digest, LayoutFile file) in files.Contents())
        {
            if (file.Size <= Manifest.MaxBytes && !reached.Contains(digest) && !blobs.Contains(digest)
                && Parse(await file.ReadAsync(cancellationToken), digest) is { } manifest)
                attached.Add(manifest);
        }

        ImmutableArray<LayoutEntry>.Builder found = ImmutableArray.CreateBuilder<LayoutEntry>();
        while (attached.FindIndex(manifest => reached.Contains(manifest.Subject!.Digest)) is >= 0 and int next)
        {
            reached.Add(attached[next].Digest);
            found.Add(new LayoutEntry(attached[next].Descriptor, ImmutableDictionary<string, string>.Empty));
            attached.RemoveAt(next);
        }

        return found.ToImmutable();
    }

    // Null for anything that is not attached to a manifest. Whoever reads the manifest verifies its digest.
    private static Manifest? Parse(byte[] bytes, Digest digest)
    {
        if (bytes.AsSpan().IndexOf("\"subject\""u8) < 0)
            return null;
        try
        {
            return Manifest.Parse(bytes, digest: digest) is { Subject: not null } manifest ? manifest : null;
        }
        catch (AirgapException)
        {
            return null;
        }
    }
}
