using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Files;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Bundles;

/// <summary>
/// Walks the nodes of a file. Aliases and merge keys are replaced by what they refer to, as in ytt's output; a
/// collection with many references is searched once.
/// </summary>
internal sealed class PackageReferenceFinder
{
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly string _path;
    private readonly ImmutableArray<PackageReference>.Builder _found = ImmutableArray.CreateBuilder<PackageReference>();
    private readonly HashSet<(object Node, FetchPosition Place)> _seen = new(new ByReference());

    // An explicit stack: aliases can nest far deeper than the text of the file.
    private readonly Stack<(YamlNode Node, FetchPosition Place, string? Key)> _left = [];

    private readonly bool _looksInside;

    private PackageReferenceFinder(string path, bool looksInside)
    {
        _path = path;
        _looksInside = looksInside;
    }

    /// <summary>Reads a file's documents as far as they are YAML.</summary>
    public static IReadOnlyList<YamlNode> Read(Stream yaml)
    {
        using StreamReader reader = new(
            new BoundedStream(yaml, MaxBytes), Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 4096, leaveOpen: true);
        string text = reader.ReadToEnd();
        int end = text.IndexOf('\0', StringComparison.Ordinal);
        return YamlReader.ReadBeginning(end < 0 ? text : text[..end]);
    }

    /// <summary>Finds the references of documents.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="path">Their file, for locations.</param>
    /// <param name="looksInside">True to also search the files embedded in a Package.</param>
    public static ImmutableArray<PackageReference> Find(IEnumerable<YamlNode> documents, string path, bool looksInside)
    {
        PackageReferenceFinder finder = new(path, looksInside);
        foreach (YamlNode document in documents)
            finder.Walk(document);
        return finder._found.ToImmutable();
    }

    private void Walk(YamlNode document)
    {
        _left.Push((document, default, null));
        while (_left.TryPop(out (YamlNode Node, FetchPosition Place, string? Key) next))
        {
            if (!_seen.Add((next.Node, next.Place)))
                continue;
            switch (next.Node)
            {
                case YamlSequence sequence:
                    foreach (YamlNode item in sequence.Items.Reverse())
                        _left.Push((item, next.Place.Item(), null));
                    break;
                case YamlMapping mapping when next.Place.IsInlinePaths && _looksInside:
                    _found.AddRange(InlineFiles.Find(mapping, _path));
                    break;
                case YamlMapping mapping:
                    foreach ((YamlScalar key, YamlNode value) in mapping.Entries.Reverse())
                        _left.Push((value, key.IsMerge ? next.Place : next.Place.Value(key.Text), key.Text));
                    break;
                case YamlScalar scalar:
                    Add(scalar, next.Place, next.Key);
                    break;
            }
        }
    }

    private void Add(YamlScalar scalar, FetchPosition place, string? key)
    {
        if (scalar.IsNull || string.IsNullOrWhiteSpace(scalar.Text))
            return;
        SourceLocation location = new(_path, scalar.Line, scalar.Column);
        if (key == "image")
            _found.Add(new PackageReference(scalar.Text, location) { IsBundle = place.IsBundleImage });
        else if (key == "url" && place.Kind is { } kind)
            _found.Add(new PackageReference(scalar.Text, location) { FetchKind = kind });
    }

    private sealed class ByReference : IEqualityComparer<(object Node, FetchPosition Place)>
    {
        public bool Equals((object Node, FetchPosition Place) x, (object Node, FetchPosition Place) y) =>
            ReferenceEquals(x.Node, y.Node) && x.Place == y.Place;

        public int GetHashCode((object Node, FetchPosition Place) obj) =>
            HashCode.Combine(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj.Node), obj.Place);
    }
}
