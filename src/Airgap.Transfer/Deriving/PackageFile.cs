using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Deriving;

/// <summary>A YAML file under <c>packages/</c>, in the documents that it holds.</summary>
/// <param name="File">The file.</param>
/// <param name="Documents">Its documents; none where it is opaque.</param>
/// <param name="WhyOpaque">Why nobody can tell what a cluster makes of it; null where that is clear.</param>
internal sealed record PackageFile(BundleFile File, ImmutableArray<PackageEntry> Documents, string? WhyOpaque)
{
    private const string Folder = "packages/";

    /// <summary>A file beyond this is not read for its documents.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>True for a file that a cluster takes packages from.</summary>
    public static bool IsOne(BundleFile file) =>
        file.Path.StartsWith(Folder, StringComparison.Ordinal)
            && (file.Path.EndsWith(".yml", StringComparison.Ordinal) || file.Path.EndsWith(".yaml", StringComparison.Ordinal));

    /// <summary>Reads a file.</summary>
    public static PackageFile Read(BundleFile file)
    {
        if (file.Bytes.Length > MaxBytes)
            return Opaque(file, $"it is larger than {MaxBytes / (1024 * 1024)} MiB");
        if (file.Bytes.Span.IndexOf("#@"u8) >= 0)
            return Opaque(file, "it is a ytt template");
        YamlContext context = new(file.Path, ErrorCode.InvalidPackage, "");
        List<PackageEntry> entries = [];
        try
        {
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(file.Bytes.Span);
            foreach (string part in Split(text))
            {
                IReadOnlyList<YamlNode> documents = YamlReader.ReadDocuments(Encoding.UTF8.GetBytes(part), context);
                if (documents.Count > 1)
                    return Opaque(file, "its documents cannot be told apart");
                if (documents.Count == 1)
                    entries.Add(PackageEntry.Of(documents[0], part, file.Path));
            }
        }
        catch (Exception e) when (e is AirgapException or DecoderFallbackException)
        {
            return Opaque(file, "it cannot be read as YAML");
        }

        return new PackageFile(file, [.. entries], null);
    }

    /// <summary>The file with some of its documents: as it is where these are all, null where there is none.</summary>
    public BundleFile? With(IReadOnlySet<PackageEntry> kept)
    {
        PackageEntry[] left = [.. Documents.Where(kept.Contains)];
        if (WhyOpaque is not null || left.Length == Documents.Length)
            return File;
        return left.Length == 0 ? null
            : File with
            {
                Bytes = Encoding.UTF8.GetBytes(
                string.Concat(left.Select((entry, i) => Separated(entry.Text, isFirst: i == 0))))
            };
    }

    private static PackageFile Opaque(BundleFile file, string why) => new(file, [], why);

    private static string Separated(string text, bool isFirst)
    {
        string start = isFirst || IsMarker(text, 0) ? "" : "---\n";
        return text.EndsWith('\n') ? start + text : $"{start}{text}\n";
    }

    // Three dashes at the beginning of a line part documents, whatever stands around them.
    private static List<string> Split(string text)
    {
        List<string> parts = [];
        int start = 0;
        for (int line = 0; line < text.Length;)
        {
            if (line > start && IsMarker(text, line))
            {
                parts.Add(text[start..line]);
                start = line;
            }

            int end = text.IndexOf('\n', line);
            line = end < 0 ? text.Length : end + 1;
        }

        parts.Add(text[start..]);
        return parts;
    }

    private static bool IsMarker(string text, int at) =>
        string.CompareOrdinal(text, at, "---", 0, 3) == 0 && (at + 3 == text.Length || text[at + 3] is ' ' or '\t' or '\r' or '\n');
}

/// <summary>A document of a file under <c>packages/</c>.</summary>
/// <param name="Kind">Its kind; empty where it has none.</param>
/// <param name="Package">The name of the package: a Package's <c>refName</c>, a PackageMetadata's own; empty for another kind.</param>
/// <param name="VersionText">A Package's version, as written; empty for another kind.</param>
/// <param name="Text">The document's own part of the file.</param>
/// <param name="Path">The file.</param>
internal sealed record PackageEntry(string Kind, string Package, string VersionText, string Text, string Path)
{
    /// <summary>The version; null where it is none, or the document is not a Package.</summary>
    public SemverVersion? Version { get; private init; }

    /// <summary>When it was released, as written; null where the document does not say.</summary>
    public string? ReleasedAt { get; private init; }

    /// <summary>What it names.</summary>
    public ImmutableArray<PackageReference> References { get; private init; } = [];

    /// <summary>True for a Package.</summary>
    public bool IsPackage => Kind == "Package";

    /// <summary>Reads a document.</summary>
    public static PackageEntry Of(YamlNode document, string text, string path)
    {
        string kind = YamlLookup.Text(document, "kind") ?? "";
        string version = kind == "Package" ? YamlLookup.Text(document, "spec", "version") ?? "" : "";
        string name = kind switch
        {
            "Package" => YamlLookup.Text(document, "spec", "refName") ?? "",
            "PackageMetadata" => YamlLookup.Text(document, "metadata", "name") ?? "",
            _ => "",
        };
        return new PackageEntry(kind, name, version, text, path)
        {
            Version = SemverVersion.TryParse(version, out SemverVersion parsed) ? parsed : null,
            ReleasedAt = kind == "Package" ? YamlLookup.Text(document, "spec", "releasedAt") : null,
            References = PackageReferences.Find([document], path),
        };
    }

    /// <inheritdoc/>
    public bool Equals(PackageEntry? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
