using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Producing;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>Reads MSBuild's items.</summary>
internal sealed class ItemReader
{
    private readonly Dictionary<string, string[]> _lines = [];

    /// <summary>The items with their metadata and locations.</summary>
    public PublishItem[] Read(ITaskItem[] bundles, ITaskItem[] images, ITaskItem[] locks) =>
    [
        .. bundles.Select(item => Read(PublishItemKind.Bundle, item)),
        .. images.Select(item => Read(PublishItemKind.Image, item)),
        .. locks.Select(item => Read(PublishItemKind.Lock, item)),
    ];

    /// <summary>
    /// The items <c>ImgpkgBundleContent</c>: each file at its <c>TargetPath</c>, its <c>Link</c>, or its path below the project.
    /// </summary>
    public ImmutableArray<ContentFile> ReadContent(ITaskItem[] items, string projectDirectory) =>
    [
        .. items.Select(item => new ContentFile(
            FirstOf(item, "TargetPath", "Link") ?? Path.GetRelativePath(projectDirectory, FullPathOf(item, projectDirectory)),
            FullPathOf(item, projectDirectory),
            PlaceOf("ImgpkgBundleContent", item))),
    ];

    /// <summary>The bundle metadata of the items <c>ImgpkgBundleContent</c>.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ConflictingObject"/>.</exception>
    public IReadOnlyDictionary<string, string> ReadContentMetadata(ITaskItem[] items) =>
        ContentMetadata.Of(items.Select(item => (MetadataOf(item), (Func<SourceLocation?>)(() => PlaceOf("ImgpkgBundleContent", item)))));

    /// <summary>The items <c>ImgpkgBundleImage</c>.</summary>
    public ImmutableArray<ImageToPin> ReadImages(ITaskItem[] items) =>
    [
        .. items.Select(item => new ImageToPin(
            item.ItemSpec, PlaceOf("ImgpkgBundleImage", item)) { Id = FirstOf(item, "Id"), Platform = FirstOf(item, "Platform") }),
    ];

    /// <summary>The items <c>ImgpkgTrust</c>.</summary>
    public ImmutableArray<TrustItem> ReadTrust(ITaskItem[] items) =>
        [.. items.Select(item => new TrustItem(item.ItemSpec, MetadataOf(item), PlaceOf("ImgpkgTrust", item)))];

    /// <summary>The full path of an item that is a file.</summary>
    public static string FullPathOf(ITaskItem item, string projectDirectory) =>
        Path.GetFullPath(item.ItemSpec.Replace('\\', Path.DirectorySeparatorChar), projectDirectory);

    private static string? FirstOf(ITaskItem item, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (item.GetMetadata(name).Trim() is { Length: > 0 } value)
                return value;
        }

        return null;
    }

    private PublishItem Read(PublishItemKind kind, ITaskItem item) =>
        new PublishItem(kind, item.ItemSpec, MetadataOf(item), PlaceOf($"Imgpkg{kind}", item));

    private static IReadOnlyDictionary<string, string> MetadataOf(ITaskItem item)
    {
        Dictionary<string, string> metadata = new(StringComparer.OrdinalIgnoreCase);
        foreach (System.Collections.DictionaryEntry entry in item.CloneCustomMetadata())
            metadata[(string)entry.Key] = (string?)entry.Value ?? "";
        return metadata;
    }

    /// <summary>
    /// The location of an item's declaration. MSBuild gives the file but no line; the line is that of an element whose
    /// <c>Include</c> matches.
    /// </summary>
    public SourceLocation? PlaceOf(string itemName, ITaskItem item)
    {
        string file = item.GetMetadata("DefiningProjectFullPath");
        if (file.Length == 0)
            return null;
        string[] lines = LinesOf(file);
        for (int i = 0; i < lines.Length; i++)
        {
            for (int at = -1; (at = lines[i].IndexOf("<" + itemName, at + 1, StringComparison.OrdinalIgnoreCase)) >= 0;)
            {
                if (IncludePattern.Matches(ElementAt(lines, i, at), item.ItemSpec))
                    return new SourceLocation(file, i + 1, at + 1);
            }
        }

        return new SourceLocation(file);
    }

    // An element may span several lines.
    private static string ElementAt(string[] lines, int line, int column)
    {
        string text = lines[line][column..];
        for (int next = line + 1; next < lines.Length && !text.Contains('>', StringComparison.Ordinal); next++)
            text += " " + lines[next];
        return text;
    }

    private string[] LinesOf(string file)
    {
        if (_lines.TryGetValue(file, out string[]? lines))
            return lines;
        try
        {
            return _lines[file] = File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The line is a convenience; the build continues without it.
            return _lines[file] = [];
        }
    }
}
