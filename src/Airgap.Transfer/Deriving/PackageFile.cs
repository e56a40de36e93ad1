using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Deriving;

/// <summary>A YAML file under <c>packages/</c>, split into documents.</summary>
/// <param name="File">The file.</param>
/// <param name="Documents">Its documents; none if it is opaque.</param>
/// <param name="WhyOpaque">Why its effect in a cluster is unknown; null if known.</param>
internal sealed record PackageFile(BundleFile File, ImmutableArray<PackageEntry> Documents, string? WhyOpaque)
{
    private const string Folder = "packages/";

    /// <summary>The maximum size of a file to split.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>True for a file from which a cluster reads packages.</summary>
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
                    return Opaque(file, "its documents cannot be separated");
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

    /// <summary>The file with some of its documents: unchanged if these are all, null if there are none.</summary>
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

    // Three dashes at the beginning of a line separate documents in any context.
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
/// <param name="Kind">Its kind; empty if it has none.</param>
/// <param name="Package">The name of the package: a Package's <c>refName</c>, a PackageMetadata's own; empty for another kind.</param>
/// <param name="VersionText">A Package's version, as written; empty for another kind.</param>
/// <param name="Text">The document's part of the file.</param>
/// <param name="Path">The file.</param>
internal sealed record PackageEntry(string Kind, string Package, string VersionText, string Text, string Path)
{
    /// <summary>The version; null if invalid, or if the document is not a Package.</summary>
    public SemverVersion? Version { get; private init; }

    /// <summary>The release date, as written; null if absent.</summary>
    public string? ReleasedAt { get; private init; }

    /// <summary>The images that it names.</summary>
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
