using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Deriving;

/// <summary>What a derivation made, and of which originals. Used concurrently.</summary>
internal sealed class DerivationRecord
{
    private readonly ConcurrentDictionary<(Digest Now, RepositoryName Origin, Digest From), Manifest> _originals = [];
    private readonly ConcurrentBag<DerivedManifest> _made = [];

    /// <summary>The derived manifests.</summary>
    public ImmutableArray<DerivedManifest> Made => [.. _made];

    /// <summary>Adds what an image became, which may be itself.</summary>
    public void AddOriginal(Digest now, RepositoryName origin, Manifest original) => _originals[(now, origin, original.Digest)] = original;

    /// <summary>Adds a rewritten index.</summary>
    public void AddIndex(Manifest made, Manifest original) => _made.Add(
        new DerivedManifest(made.Digest, original.Digest) { Kept = [.. made.Manifests.Select(kept => kept.Digest)] });

    /// <summary>Adds a bundle, or the only image that is left of an index.</summary>
    public void Add(Digest made, Digest original) => _made.Add(new DerivedManifest(made, original));

    /// <summary>The originals of each derived manifest, in one order. What is its own original counts only beside others.</summary>
    public ILookup<Digest, OriginalManifest> Originals()
    {
        HashSet<Digest> derived = [.. _originals.Keys.Where(key => key.Now != key.From).Select(key => key.Now)];
        return _originals.Where(pair => derived.Contains(pair.Key.Now)).OrderBy(pair => pair.Key.From)
            .ThenBy(pair => pair.Key.Origin.ToString(), StringComparer.Ordinal)
            .ToLookup(pair => pair.Key.Now, pair => new OriginalManifest(pair.Key.Origin, pair.Value));
    }
}
