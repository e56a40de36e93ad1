using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// Distinguishes content omitted by choice from missing content. An image of an index is omitted by choice if every bundle that pins the
/// index was relocated without that image.
/// </summary>
internal sealed class LeftOutContent
{
    private readonly IReadOnlyDictionary<Digest, ContentNode> _here;
    private readonly IReadOnlySet<Digest> _roots;
    private readonly Dictionary<Digest, ImmutableHashSet<Digest>> _byIndex = [];
    private readonly HashSet<Digest> _all = [];
    private ILookup<Digest, Digest>? _parents;

    /// <param name="here">The existing content.</param>
    /// <param name="roots">The requested images, which must be complete.</param>
    public LeftOutContent(IReadOnlyDictionary<Digest, ContentNode> here, IReadOnlySet<Digest> roots)
    {
        _here = here;
        _roots = roots;
        foreach (ContentNode bundle in here.Values.Where(node => node.IsBundle))
        {
            foreach (ContentLink link in bundle.Links.Where(link => link.Kind == LinkKind.Pinned))
            {
                ImmutableHashSet<Digest> left = bundle.LeftOut.GetValueOrDefault(link.Target) ?? [];
                _byIndex[link.Target] = _byIndex.TryGetValue(link.Target, out ImmutableHashSet<Digest>? known)
                    ? known.Intersect(left) : left;
            }
        }

        _all.UnionWith(_byIndex.Values.SelectMany(left => left));
    }

    /// <summary>True for a manifest that no existing content needs.</summary>
    public bool Contains(MissingContent missing)
    {
        if (missing.Link?.Kind != LinkKind.Child || !_all.Contains(missing.Digest))
            return false;
        _parents ??= _here.SelectMany(
            node => node.Value.Links.Where(link => link.Kind == LinkKind.Child).Select(link => (Child: link.Target, Parent: node.Key)))
            .ToLookup(pair => pair.Child, pair => pair.Parent);
        // The images left out of an index are also left out of the indexes in it.
        return _parents[missing.Digest].All(parent => !_roots.Contains(parent)
            && (!_byIndex.TryGetValue(parent, out ImmutableHashSet<Digest>? left) || left.Contains(missing.Digest)));
    }
}
