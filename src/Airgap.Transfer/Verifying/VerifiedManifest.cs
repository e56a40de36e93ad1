using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Verifying;

/// <summary>
/// The facts that a verification keeps of a manifest. Its bytes are not kept, since there may be many images.
/// </summary>
internal sealed class VerifiedManifest(RepositoryName repository, Manifest manifest, Findings children)
{
    private int _expanded;

    public RepositoryName Repository => repository;

    public Digest Digest { get; } = manifest.Digest;

    public long Size { get; } = manifest.Bytes.Length;

    public ImmutableArray<Descriptor> Layers { get; } = manifest.Layers;

    /// <summary>The config of an image; null for an index.</summary>
    public Descriptor? Config { get; } = manifest.Config;

    /// <summary>The manifests of an index; empty for an image.</summary>
    public ImmutableArray<Descriptor> Children { get; } = manifest.Manifests;

    public string Place => $"{Repository}@{Digest}";

    /// <summary>Adds the problems of the children; only once, even if the index is in several trees.</summary>
    public void Expand(IReadOnlyDictionary<Digest, FoundManifest> found)
    {
        if (Interlocked.Exchange(ref _expanded, 1) == 0)
            Expand(found, Children, children);
    }

    /// <summary>Adds the problems of the children that were not omitted by choice. Another tree may need the omitted ones.</summary>
    /// <param name="found">The children that were looked up, with their problems, by digest.</param>
    /// <param name="leftOut">The omitted children.</param>
    /// <param name="into">Receives the problems of the other children.</param>
    public void Expand(IReadOnlyDictionary<Digest, FoundManifest> found, IReadOnlySet<Digest> leftOut, Findings into)
    {
        Expand(found, Children.Where(child => !leftOut.Contains(child.Digest)), into);
        foreach (Descriptor child in Children.Where(child => leftOut.Contains(child.Digest)))
            into.CountLeftOut(Repository, child.Digest);
    }

    private static void Expand(IReadOnlyDictionary<Digest, FoundManifest> found, IEnumerable<Descriptor> manifests, Findings into)
    {
        foreach (Descriptor child in manifests)
        {
            FoundManifest at = found[child.Digest];
            into.Include(at.Findings);
            if (at.Manifest is { } there && there.Size != child.Size)
                into.Add(ErrorCode.SizeMismatch,
                    $"{there.Place} has {there.Size} bytes, but the index that lists it states {child.Size}.", there.Place, there.Digest);
        }
    }
}

/// <summary>A manifest and its problems.</summary>
/// <param name="Manifest">The manifest; null if it is missing, or not the requested one.</param>
/// <param name="Findings">The problems of the manifest and of everything that it refers to.</param>
internal sealed record FoundManifest(VerifiedManifest? Manifest, Findings Findings);
