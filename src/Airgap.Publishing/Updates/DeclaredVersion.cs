namespace Airgap.Publishing.Updates;

/// <summary>How what a project declares stands to what its source has.</summary>
internal enum VersionState
{
    /// <summary>The source has nothing newer.</summary>
    Newest,

    /// <summary>The source has a newer version.</summary>
    Newer,

    /// <summary>The source has no newer version, and the tag stands for another digest than the lock pins.</summary>
    Moved,

    /// <summary>There is no version to compare, and no digest either.</summary>
    NotCompared,
}

/// <summary>A version that a project declares, beside the newest of its source.</summary>
/// <param name="Kind"><c>item</c> for a bundle, image or lock, <c>package</c> for a package chosen of a bundle.</param>
/// <param name="Name">The repository, or the package.</param>
/// <param name="Declared">The tag that is declared, or the newest version of the package that is chosen.</param>
/// <param name="State">How the two compare.</param>
internal sealed record DeclaredVersion(string Kind, string Name, string Declared, VersionState State)
{
    /// <summary>The kind of a bundle, image or lock.</summary>
    public const string Item = "item";

    /// <summary>The kind of a package.</summary>
    public const string Package = "package";

    /// <summary>The newest version that the source has; null where that is the declared one, or none can be told.</summary>
    public string? Newest { get; init; }

    /// <summary>The bundle that has the newest version of a package, by tag; null for an item.</summary>
    public string? Bundle { get; init; }

    /// <summary>The digest that the lock pins the declared tag to; null for none.</summary>
    public string? Locked { get; init; }

    /// <summary>The digest that the tag stands for now, where it is not the locked one.</summary>
    public string? MovedTo { get; init; }

    /// <summary>Why nothing was compared.</summary>
    public string? Why { get; init; }

    /// <summary>True where the source has something else than is declared.</summary>
    public bool IsOutdated => State is VersionState.Newer or VersionState.Moved;
}
