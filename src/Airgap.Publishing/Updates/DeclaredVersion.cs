namespace Airgap.Publishing.Updates;

/// <summary>How a declared version compares with its source.</summary>
internal enum VersionState
{
    /// <summary>The source has nothing newer.</summary>
    Newest,

    /// <summary>The source has a newer version.</summary>
    Newer,

    /// <summary>The source has no newer version, but the tag points to a digest other than the locked one.</summary>
    Moved,

    /// <summary>The tag points to the locked digest. It is not a version, so that newer ones are unknown.</summary>
    Unmoved,

    /// <summary>There is neither a version nor a digest to compare.</summary>
    NotCompared,
}

/// <summary>A version that a project declares, and the newest of its source.</summary>
/// <param name="Kind"><c>item</c> for a bundle, image or lock, <c>package</c> for a package selected from a
/// bundle.</param>
/// <param name="Name">The repository, or the package.</param>
/// <param name="Declared">The declared tag, or the newest selected version of the package.</param>
/// <param name="State">How the two compare.</param>
internal sealed record DeclaredVersion(string Kind, string Name, string Declared, VersionState State)
{
    /// <summary>The kind of a bundle, image or lock.</summary>
    public const string Item = "item";

    /// <summary>The kind of a package.</summary>
    public const string Package = "package";

    /// <summary>The newest version at the source; null if that is the declared one, or unknown.</summary>
    public string? Newest { get; init; }

    /// <summary>The bundle that has the newest version of a package, by tag; null for an item.</summary>
    public string? Bundle { get; init; }

    /// <summary>The digest that the lock pins the declared tag to; null for none.</summary>
    public string? Locked { get; init; }

    /// <summary>The digest that the tag points to now, if it is not the locked one.</summary>
    public string? MovedTo { get; init; }

    /// <summary>
    /// The item's <c>TagSelection</c>: only versions that it lets a cluster choose count as newer. Null for an item without one.
    /// </summary>
    public string? TagSelection { get; init; }

    /// <summary>The newest version at the source that <see cref="TagSelection"/> excludes, if it is newer than all others.</summary>
    public string? Outside { get; init; }

    /// <summary>The reason why nothing was compared, or only the digest.</summary>
    public string? Why { get; init; }

    /// <summary>True when the source differs from the declaration.</summary>
    public bool IsOutdated => State is VersionState.Newer or VersionState.Moved;
}
