using Airgap.Oci.Naming;

namespace Airgap.Transfer.Plans;

/// <summary>The destination of a relocation.</summary>
public abstract record RelocationDestination
{
    private RelocationDestination()
    {
    }

    /// <summary>One repository, which takes every image of the plan.</summary>
    public sealed record Repository(RepositoryName Name) : RelocationDestination
    {
        /// <inheritdoc/>
        public override string ToString() => Name.ToString();
    }

    /// <summary>An imgpkg archive, which appears under its path only when it is complete and verified.</summary>
    public sealed record Archive(string Path) : RelocationDestination
    {
        /// <summary>Its format.</summary>
        internal ArchiveFormat Format { get; init; }

        /// <summary>The maximum size of a part in bytes, for an archive written in parts; null for one file.</summary>
        internal long? VolumeSize { get; init; }

        /// <summary>True for a format that stores configs inside its list of images.</summary>
        internal bool EmbedsConfigs => Format == ArchiveFormat.Imgpkg;

        /// <inheritdoc/>
        public override string ToString() => Path;
    }
}
