using System.Collections.Immutable;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Plans;

/// <summary>What is relocated.</summary>
public abstract record RelocationSource
{
    private RelocationSource()
    {
    }

    /// <summary>A bundle in a registry, with all it pins.</summary>
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

    /// <summary>An imgpkg archive. Nothing but the destination is contacted.</summary>
    public sealed record Archive(string Path) : RelocationSource
    {
        /// <summary>Folders in which its parts may lie, beside the one that <see cref="Path"/> names.</summary>
        internal ImmutableArray<string> PartsIn { get; init; } = [];

        /// <summary>The one item of it that is taken, with all that belongs to it; null for all.</summary>
        internal string? Item { get; init; }

        /// <summary>
        /// What a project calls the item that is taken of an archive of several, with its digest where it is known; null for all.
        /// </summary>
        internal ImageReference? Declared { get; init; }

        /// <summary>Further archives of its chain of deltas, in any order; empty for an archive by itself.</summary>
        internal ImmutableArray<string> Chain { get; init; } = [];

        /// <summary>All of the archives.</summary>
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
