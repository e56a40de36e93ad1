using System.Collections.Immutable;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Plans;

/// <summary>The source of a relocation.</summary>
public abstract record RelocationSource
{
    private RelocationSource()
    {
    }

    /// <summary>A bundle in a registry, with everything it pins.</summary>
    public sealed record Bundle(ImageReference Reference) : RelocationSource
    {
        /// <inheritdoc/>
        public override string ToString() => Reference.ToString();
    }

    /// <summary>An image or index that is not a bundle.</summary>
    public sealed record Image(ImageReference Reference) : RelocationSource
    {
        /// <inheritdoc/>
        public override string ToString() => Reference.ToString();
    }

    /// <summary>A BundleLock or ImagesLock file.</summary>
    public sealed record Lock(string Path) : RelocationSource
    {
        /// <inheritdoc/>
        public override string ToString() => Path;
    }

    /// <summary>An archive. Only the destination is contacted.</summary>
    public sealed record Archive(string Path) : RelocationSource
    {
        /// <summary>Folders with its parts, besides that of <see cref="Path"/>.</summary>
        internal ImmutableArray<string> PartsIn { get; init; } = [];

        /// <summary>The selected item, with everything that belongs to it; null for all items.</summary>
        internal string? Item { get; init; }

        /// <summary>
        /// The project's reference of the item to select from an archive of several, with its digest if known; null for
        /// all items.
        /// </summary>
        internal ImageReference? Declared { get; init; }

        /// <summary>Further archives of its chain of deltas, in any order; empty for an archive by itself.</summary>
        internal ImmutableArray<string> Chain { get; init; } = [];

        /// <summary>All archives.</summary>
        internal IEnumerable<string> Paths => [Path, .. Chain];

        /// <inheritdoc/>
        public override string ToString() => Chain.IsEmpty ? Path : string.Join(", ", Paths);
    }

    /// <summary>Several bundles and images, for one archive that shares their layers.</summary>
    /// <param name="Sources">Each of them.</param>
    internal sealed record Several(ImmutableArray<RelocationSource> Sources) : RelocationSource
    {
        /// <inheritdoc/>
        public override string ToString() => string.Join(", ", Sources);
    }
}
