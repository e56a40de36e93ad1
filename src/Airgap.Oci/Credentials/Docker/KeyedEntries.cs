namespace Airgap.Oci.Credentials.Docker;

/// <summary>
/// Entries of a config by their normalised key. Of several spellings of a key, one with content wins, then docker's own
/// spelling, then the later one.
/// </summary>
internal sealed class KeyedEntries<T>(Func<T, bool> saysSomething)
{
    private readonly Dictionary<string, (T Value, int Rank)> _entries = new(StringComparer.OrdinalIgnoreCase);

    public void Add(string key, T value)
    {
        string normal = DockerConfigKey.Normalize(key, out bool isCanonical);
        int rank = (saysSomething(value) ? 2 : 0) + (isCanonical ? 1 : 0);
        if (!_entries.TryGetValue(normal, out (T Value, int Rank) present) || rank >= present.Rank)
            _entries[normal] = (value, rank);
    }

    public IReadOnlyDictionary<string, T> ToDictionary() =>
        _entries.ToDictionary(pair => pair.Key, pair => pair.Value.Value, StringComparer.OrdinalIgnoreCase);
}
