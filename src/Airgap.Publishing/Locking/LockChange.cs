namespace Airgap.Publishing.Locking;

/// <summary>The changes to a project's lock.</summary>
/// <param name="Path">Full path of the lock.</param>
/// <param name="Locked">The number of items it pins now.</param>
/// <param name="Added">How many of these are new.</param>
/// <param name="Moved">How many of these had another digest before.</param>
/// <param name="Removed">The number of items it no longer pins, because the project does not declare them.</param>
internal sealed record LockChange(string Path, int Locked, int Added, int Moved, int Removed)
{
    /// <summary>
    /// The number of selections of packages and platforms it pins now, included in the other numbers.
    /// </summary>
    public int Choices { get; init; }

    /// <summary>True when the file is unchanged.</summary>
    public bool IsNone => Added + Moved + Removed == 0;

    /// <summary>Such as <c>3 tags locked: 1 added, 1 moved</c>.</summary>
    public override string ToString()
    {
        IEnumerable<string> parts = new[] { (Added, "added"), (Moved, "moved"), (Removed, "removed") }.Where(part => part.Item1 > 0)
            .Select(part => $"{part.Item1} {part.Item2}");
        string choices = Choices == 0 ? "" : $" and {Choices} {(Choices == 1 ? "choice" : "choices")}";
        return $"{Locked} {(Locked == 1 ? "tag" : "tags")}{choices} locked: {(IsNone ? "as before" : string.Join(", ", parts))}";
    }
}
