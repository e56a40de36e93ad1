using System.Collections.Immutable;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Transfers;

/// <summary>How a plan is carried out.</summary>
public sealed record TransferOptions
{
    /// <summary>Blobs transferred at once, 1 or more: fewer while a registry answers 429 or 503.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>
    /// Blobs transferred at once at most, where more move more. What is not above <see cref="Concurrency"/>, as the default, keeps to that.
    /// </summary>
    public int MostConcurrency { get; init; }

    /// <summary>
    /// True for tags that name the source repository (<c>apps-frontend-sha256-HEX.imgpkg</c>) in place of <c>sha256-HEX.imgpkg</c>.
    /// </summary>
    public bool RepositoryBasedTags { get; init; }

    /// <summary>
    /// True to relocate the other images when one fails (<see cref="TransferResult.Failures"/>). A bundle that is not whole gets no
    /// locations image and no tag of the user's, and an archive with a hole stays <c>NAME.partial</c>.
    /// </summary>
    public bool KeepGoing { get; init; }

    /// <summary>True to keep what an earlier, interrupted run left in the partial archive, after hashing it.</summary>
    public bool Resume { get; init; }

    /// <summary>
    /// True to read everything that a repository says it has, byte for byte, and to send again what is missing or wrong. Without it the
    /// registry is asked for each blob, and its word is taken. Without meaning for an archive.
    /// </summary>
    internal bool Repair { get; init; }

    /// <summary>True to hash an archive while it is written (<see cref="TransferResult.Written"/>).</summary>
    internal bool HashesArchive { get; init; }

    /// <summary>
    /// Awaited before the first manifest is put and before anything gets its name or tag; where it throws, nothing does. Blobs move
    /// meanwhile. Null for nothing to wait for.
    /// </summary>
    internal Task? Admission { get; init; }

    /// <summary>
    /// Repositories of the destination's registry from which layers that a delta archive requires are mounted, besides those that it names
    /// itself.
    /// </summary>
    internal ImmutableArray<RepositoryName> MountFrom { get; init; } = [];

    /// <summary>The file system that archives are written to.</summary>
    internal ArchiveDisk Disk { get; init; } = ArchiveDisk.System;

    /// <summary>When long layers come in parts.</summary>
    internal PartRules Parts { get; init; } = new();
}
