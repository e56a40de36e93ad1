using Airgap.Oci;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Planning.Deltas;

/// <summary>The layers that bases contain or name, each with its base.</summary>
internal sealed class BaseLayers
{
    private readonly List<DeltaBase> _bases = [];
    private readonly HashSet<int> _given = [];
    private readonly Dictionary<Digest, int> _holders = [];

    /// <summary>Adds a base.</summary>
    /// <param name="known">The base.</param>
    /// <param name="isGiven">True for a requested base, false for the base of a requested base.</param>
    /// <returns>Its number, for <see cref="Hold"/>.</returns>
    public int Add(DeltaBase known, bool isGiven)
    {
        int number = _bases.FindIndex(
            other => known.Set is { } set ? other.Set == set : other.Set is null && other.Kind == known.Kind && other.Name == known.Name);
        if (number < 0)
        {
            number = _bases.Count;
            _bases.Add(known);
        }

        if (isGiven)
            _given.Add(number);
        return number;
    }

    /// <summary>Records that a base has a layer. The first base counts.</summary>
    public void Hold(Digest layer, int number) => _holders.TryAdd(layer, number);

    /// <summary>True when a base has a layer.</summary>
    public bool Contains(Digest layer) => _holders.ContainsKey(layer);

    /// <summary>The requested bases that have none of the given layers.</summary>
    public IEnumerable<DeltaBase> Idle(IEnumerable<Digest> layers)
    {
        HashSet<int> used = [.. layers.Where(Contains).Select(layer => _holders[layer])];
        return _given.Where(number => !used.Contains(number)).Order().Select(number => _bases[number]);
    }

    /// <summary>The notes of an archive that leaves out some of the layers.</summary>
    /// <param name="left">The layers; the <see cref="RequiredLayer.Base"/> is filled in here.</param>
    public DeltaNotes NotesOf(IEnumerable<RequiredLayer> left)
    {
        RequiredLayer[] layers = [.. left.OrderBy(layer => layer.Digest)];
        int[] wanted = [.. layers.Select(layer => _holders[layer.Digest]).Concat(_given).Distinct().Order()];
        Dictionary<int, int> places = wanted.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        return new DeltaNotes(
            [.. wanted.Select(number => _bases[number])],
            [.. layers.Select(layer => layer with { Base = places[_holders[layer.Digest]] })]);
    }
}
