using System.Collections.Immutable;

namespace Airgap.Oci.Auth;

/// <summary>The actions that a token allows, by resource, such as <c>repository:apps/web:pull,push</c>.</summary>
/// <remarks>Source: docker's token scope documentation ("Resource scope grammar").</remarks>
internal sealed class ScopeSet : IEquatable<ScopeSet>
{
    private readonly ImmutableSortedDictionary<string, ImmutableSortedSet<string>> _resources;
    private readonly string _text;

    private ScopeSet(ImmutableSortedDictionary<string, ImmutableSortedSet<string>> resources)
    {
        _resources = resources;
        Scopes = [.. resources.Select(pair => $"{pair.Key}:{string.Join(',', pair.Value)}")];
        _text = string.Join(' ', Scopes);
    }

    public static ScopeSet Empty { get; } =
        new(ImmutableSortedDictionary.Create<string, ImmutableSortedSet<string>>(StringComparer.Ordinal));

    /// <summary>One scope per resource, in ordinal order.</summary>
    public ImmutableArray<string> Scopes { get; }

    public static ScopeSet Pull(string path) => Empty.Add("repository:" + path, ["pull"]);

    public static ScopeSet PullAndPush(string path) => Empty.Add("repository:" + path, ["pull", "push"]);

    public static ScopeSet PullAndDelete(string path) => Empty.Add("repository:" + path, ["pull", "delete"]);

    /// <summary>Reads a challenge's scope: scopes separated by spaces. Malformed ones are left out.</summary>
    public static ScopeSet Parse(string? text)
    {
        ScopeSet result = Empty;
        foreach (string scope in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int colon = scope.LastIndexOf(':');
            if (colon > 0 && colon < scope.Length - 1)
                result = result.Add(scope[..colon], scope[(colon + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries));
        }

        return result;
    }

    public ScopeSet Union(ScopeSet other)
    {
        ScopeSet result = this;
        foreach ((string resource, ImmutableSortedSet<string> actions) in other._resources)
            result = result.Add(resource, actions);
        return result;
    }

    /// <summary>True when a token for this set permits everything in the other.</summary>
    public bool Covers(ScopeSet other) => other._resources.All(pair =>
        _resources.TryGetValue(pair.Key, out ImmutableSortedSet<string>? mine) && mine.IsSupersetOf(pair.Value));

    public bool Equals(ScopeSet? other) => other is not null && _text == other._text;

    public override bool Equals(object? obj) => Equals(obj as ScopeSet);

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => _text;

    private ScopeSet Add(string resource, IEnumerable<string> actions)
    {
        ImmutableSortedSet<string> before = _resources.GetValueOrDefault(resource)
            ?? ImmutableSortedSet.Create<string>(StringComparer.Ordinal);
        return new ScopeSet(_resources.SetItem(resource, before.Union(actions)));
    }
}
