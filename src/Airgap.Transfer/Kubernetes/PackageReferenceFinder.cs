using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Files;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Airgap.Transfer.Kubernetes;

/// <summary>Walks the parser's events, and keeps nothing but where it stands.</summary>
internal sealed class PackageReferenceFinder
{
    private const string ImageKey = "image";
    private const string UrlKey = "url";
    private const int MaxDepth = 128;
    private const int MaxBytes = 4 * 1024 * 1024;

    private static readonly string[] s_fetchKinds = ["image", "http", "git", "helmChart"];

    private readonly string _path;
    private readonly ImmutableArray<PackageReference>.Builder _found = ImmutableArray.CreateBuilder<PackageReference>();
    private readonly Stack<Level> _levels = [];

    private PackageReferenceFinder(string path) => _path = path;

    public static ImmutableArray<PackageReference> Find(Stream yaml, string path)
    {
        PackageReferenceFinder finder = new(path);
        using StreamReader reader = new(new BoundedStream(yaml, MaxBytes), Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 4096, leaveOpen: true);
        try
        {
            Parser parser = new(reader);
            while (finder._levels.Count < MaxDepth && parser.MoveNext())
                finder.Visit(parser.Current!);
        }
        catch (Exception e) when (e is YamlException or ArgumentException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            // Templates need not be YAML, and what is not YAML is not this step's to report. The scanner fails in more ways than it names.
        }

        return finder._found.ToImmutable();
    }

    private void Visit(ParsingEvent current)
    {
        switch (current)
        {
            case MappingStart:
                _levels.Push(new Level(isMapping: true));
                break;
            case SequenceStart:
                _levels.Push(new Level(isMapping: false));
                break;
            case MappingEnd or SequenceEnd:
                _levels.Pop();
                EndNode(key: null);
                break;
            case DocumentStart:
                _levels.Clear();
                break;
            case Scalar scalar:
                if (_levels.TryPeek(out Level? level) && level is { IsMapping: true, Key: ImageKey or UrlKey } && IsText(scalar))
                    Add(scalar, level.Key == UrlKey ? FetchKind() : null, isFetch: level.Key == UrlKey);
                EndNode(scalar.Value);
                break;
            case AnchorAlias:
                EndNode(key: null);
                break;
        }
    }

    private void Add(Scalar scalar, string? fetchKind, bool isFetch)
    {
        if (!isFetch || fetchKind is not null)
            _found.Add(new PackageReference(scalar.Value, new SourceLocation(_path, (int)scalar.Start.Line, (int)scalar.Start.Column)) { FetchKind = fetchKind });
    }

    // As fetch: [{image: {url: ...}}], and fetch: [{helmChart: {repository: {url: ...}}}].
    private string? FetchKind()
    {
        Level[] above = [.. _levels.Skip(1).Take(4)];
        int at = above is [{ IsMapping: true, Key: "repository" }, ..] ? 1 : 0;
        return above.Length >= at + 3 && above[at] is { IsMapping: true, Key: { } kind } && !above[at + 1].IsMapping && above[at + 2] is { IsMapping: true, Key: "fetch" } && s_fetchKinds.Contains(kind)
            ? kind
            : null;
    }

    // A node of a mapping is a key, then a value, then a key again.
    private void EndNode(string? key)
    {
        if (_levels.TryPeek(out Level? level) && level.IsMapping)
        {
            level.Key = level.IsValueNext ? null : key;
            level.IsValueNext = !level.IsValueNext;
        }
    }

    private static bool IsText(Scalar scalar) =>
        !string.IsNullOrWhiteSpace(scalar.Value) && (scalar.Style != ScalarStyle.Plain || scalar.Value is not ("~" or "null" or "Null" or "NULL"));

    private sealed class Level(bool isMapping)
    {
        public bool IsMapping => isMapping;

        /// <summary>The key whose value is next; null when it is no scalar.</summary>
        public string? Key { get; set; }

        public bool IsValueNext { get; set; }
    }
}
