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
        internal System.Collections.Immutable.ImmutableArray<string> PartsIn { get; init; } = [];

        /// <summary>The one item of it that is taken, with all that belongs to it; null for all.</summary>
        internal string? Item { get; init; }

        /// <inheritdoc/>
        public override string ToString() => Path;
    }
}
