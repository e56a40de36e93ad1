using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>An item of a project, as evaluated.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Include">The item's Include: a reference, or a lock file's path.</param>
/// <param name="Metadata">Its metadata (<see cref="MetadataNames"/>); names are case-insensitive.</param>
/// <param name="Location">Its location.</param>
internal sealed record PublishItem(
    PublishItemKind Kind, string Include, IReadOnlyDictionary<string, string> Metadata, SourceLocation? Location)
{
    /// <summary>True for the bundle made from the project's content: no registry knows its tag.</summary>
    public bool IsProduced { get; init; }

    /// <summary>The name of the item in a project: <c>ImgpkgBundle</c>, <c>ImgpkgImage</c> or <c>ImgpkgLock</c>.</summary>
    public string ItemName => IsProduced ? "ImgpkgBundleContent" : "Imgpkg" + Kind;

    /// <summary>A trimmed metadata value; null if it is missing or empty, which MSBuild treats alike.</summary>
    internal string? Value(string name)
    {
        foreach ((string key, string value) in Metadata)
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase) && !string.IsNullOrWhiteSpace(value))
                return value.Trim();
        }

        return null;
    }

    /// <summary>A problem of this item, with its location.</summary>
    internal Diagnostic Problem(ErrorCode code, string message, string advice) =>
        new(code, message, advice) { Location = Location, Reference = Oci.Naming.UserInfo.Hide(Include) };

    /// <summary>True when the other item is equal, except for its location.</summary>
    internal bool Repeats(PublishItem other) =>
        Kind == other.Kind && Include == other.Include
        && MetadataNames.All.All(name => Value(name) == other.Value(name));
}
