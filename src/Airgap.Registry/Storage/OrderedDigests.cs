using Airgap.Oci;

namespace Airgap.Registry.Storage;

/// <summary>Digests in order, without duplicates.</summary>
internal sealed class OrderedDigests
{
    private readonly HashSet<Digest> _seen = [];
    private readonly List<Digest> _all = [];

    public IReadOnlyList<Digest> All => _all;

    public void Add(Digest digest)
    {
        if (_seen.Add(digest))
            _all.Add(digest);
    }
}
