using System.Collections.Immutable;
using Airgap.Oci.Toml;

namespace Airgap.Oci.Mirrors;

/// <summary>Reads registries.conf and its drop-ins.</summary>
internal sealed class RegistriesConfReader
{
    private const int MostRules = 10_000;

    private readonly List<RegistriesRule> _rules = [];
    private bool _hasSearch;

    /// <summary>Adds a file. Its rules replace earlier rules with the same prefix.</summary>
    /// <param name="path">For messages.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRegistriesConf"/>.</exception>
    public void Add(string path, string text)
    {
        TomlTable root;
        try
        {
            root = TomlReader.Read(text);
        }
        catch (TomlException e)
        {
            throw Wrong(path, e.Message, e.Line);
        }

        if (root.Values.ContainsKey("registries"))
            throw Wrong(path, "it has version 1 ([registries.search] and the like), which podman no longer reads");
        _hasSearch |= root.Get<List<object>>("unqualified-search-registries") is { Count: > 0 };
        List<RegistriesRule> here = [];
        foreach (object each in Tables(root, "registry", path))
            here.Add(ReadRule((TomlTable)each, path));
        foreach (RegistriesRule rule in here)
        {
            _rules.RemoveAll(before => before.Prefix == rule.Prefix && !here.Contains(before));
            _rules.Add(rule);
        }

        if (_rules.Count > MostRules)
            throw Wrong(path, $"it has more than {MostRules} registries");
        foreach (IGrouping<string, RegistriesRule> same in _rules.Where(rule => rule.Own.Location.Length > 0)
            .GroupBy(rule => rule.Own.Location))
        {
            if (same.DistinctBy(rule => (rule.Own.IsInsecure, rule.IsBlocked)).Count() > 1)
                throw Wrong(path, $"the registry '{same.Key}' appears twice, with different 'insecure' or 'blocked'");
        }
    }

    /// <summary>The rules of all files.</summary>
    public RegistriesConf ToConf() => new(
        [.. _rules],
        _hasSearch
            ? ["unqualified-search-registries has no effect: a reference without a registry means Docker Hub, as in imgpkg"]
            : []);

    private static RegistriesRule ReadRule(TomlTable table, string path)
    {
        string prefix = Location(table, "prefix", path);
        string location = Location(table, "location", path);
        bool isWild = prefix.StartsWith("*.", StringComparison.Ordinal);
        if (location.Length == 0 && !isWild)
            throw Wrong(path, prefix.Length == 0
                ? "a registry has neither prefix nor location" : $"the registry '{prefix}' has no location");
        if (location.Contains('*', StringComparison.Ordinal) || prefix.IndexOf('*', isWild ? 1 : 0) >= 0
            || (isWild && prefix.Contains('/')))
            throw Wrong(
                path, $"a wildcard is only allowed in a prefix like *.example.com, not in '{(prefix.Length > 0 ? prefix : location)}'");
        string chosen = prefix.Length > 0 ? prefix : location;
        if (NamesOneImage(chosen))
            throw Wrong(path, $"'{chosen}' names a tag or digest, but a registry is selected only by host and repository");
        if (table.Values.ContainsKey("pull-from-mirror"))
            throw Wrong(path, "pull-from-mirror is only allowed at a mirror");
        bool byDigestOnly = Flag(table, "mirror-by-digest-only", path);
        ImmutableArray<MirrorEndpoint> mirrors =
            [.. Tables(table, "mirror", path).Select(each => ReadMirror((TomlTable)each, byDigestOnly, path))];
        return new RegistriesRule(
            prefix.Length == 0 ? location : prefix, new MirrorEndpoint(location, Flag(table, "insecure", path)),
            Flag(table, "blocked", path), mirrors);
    }

    // With podman's prefixes REPOSITORY:TAG and REPOSITORY@DIGEST, a block or mirror would silently have no effect.
    private static bool NamesOneImage(string prefix) =>
        prefix.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && prefix.AsSpan(slash).IndexOfAny(':', '@') >= 0;

    private static MirrorEndpoint ReadMirror(TomlTable table, bool byDigestOnly, string path)
    {
        string location = Location(table, "location", path);
        if (location.Length == 0 || location.Contains('*', StringComparison.Ordinal))
            throw Wrong(path, $"a mirror has the location '{location}'");
        MirrorUse use = Text(table, "pull-from-mirror", path) switch
        {
            "" or "all" => MirrorUse.All,
            "digest-only" => MirrorUse.DigestOnly,
            "tag-only" => MirrorUse.TagOnly,
            var other => throw Wrong(path, $"pull-from-mirror of '{location}' is '{other}', not all, digest-only or tag-only"),
        };
        if (byDigestOnly && table.Values.ContainsKey("pull-from-mirror"))
            throw Wrong(path, $"the mirror '{location}' has pull-from-mirror, and its registry has mirror-by-digest-only");
        return new MirrorEndpoint(location, Flag(table, "insecure", path), byDigestOnly ? MirrorUse.DigestOnly : use);
    }

    private static string Location(TomlTable table, string key, string path)
    {
        string text = Text(table, key, path).TrimEnd('/');
        return !text.Contains("://", StringComparison.Ordinal)
            ? text : throw Wrong(path, $"'{text}' has a scheme, which is not allowed here");
    }

    private static string Text(TomlTable table, string key, string path) => !table.Values.TryGetValue(key, out object? value) ? ""
        : value as string ?? throw Wrong(path, $"{key} is not a string");

    private static bool Flag(TomlTable table, string key, string path) =>
        table.Values.TryGetValue(key, out object? value)
            && (value is bool flag ? flag : throw Wrong(path, $"{key} is neither true nor false"));

    private static List<object> Tables(TomlTable table, string key, string path) => !table.Values.TryGetValue(key, out object? value) ? []
        : value is List<object> list && list.TrueForAll(each => each is TomlTable) ? list
        : throw Wrong(path, $"{key} is not an array of tables ([[{key}]])");

    private static AirgapException Wrong(string path, string problem, int line = 0) => new(
        ErrorCode.InvalidRegistriesConf, $"'{path}' cannot be used: {problem}.", "See containers-registries.conf(5), and correct the file.")
    { Location = new SourceLocation(path, line) };
}
