using System.Collections.Immutable;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Transfers;

/// <summary>The options for carrying out a plan.</summary>
public sealed record TransferOptions
{
    /// <summary>
    /// The number of blobs transferred at once, 1 or more: fewer while a registry answers 429 or 503.
    /// </summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>
    /// The maximum number of blobs transferred at once, used if that increases throughput. If not above
    /// <see cref="Concurrency"/>, which is the default, the number does not grow.
    /// </summary>
    public int MostConcurrency { get; init; }

    /// <summary>
    /// True for tags that name the source repository (<c>apps-frontend-sha256-HEX.imgpkg</c>) instead of
    /// <c>sha256-HEX.imgpkg</c>.
    /// </summary>
    public bool RepositoryBasedTags { get; init; }

    /// <summary>
    /// True to relocate the other images when one fails (<see cref="TransferResult.Failures"/>). An incomplete bundle
    /// gets no locations image and no user's tag, and an archive with holes stays <c>NAME.partial</c>.
    /// </summary>
    public bool KeepGoing { get; init; }

    /// <summary>True to resume an interrupted run's partial archive, after hashing its content.</summary>
    public bool Resume { get; init; }

    /// <summary>
    /// True to read everything that a repository reports as present, byte for byte, and to send again what is missing
    /// or wrong. Otherwise the registry is asked about each blob, and its answer is trusted. Ignored for an archive.
    /// </summary>
    internal bool Repair { get; init; }

    /// <summary>
    /// True to check a repository for hundreds of manifests or blobs at once, by pushing manifests that it must refuse: the refusal names
    /// the missing content. A registry whose refusal is incomplete is asked for each item. Lengths are not compared then. Ignored with
    /// <see cref="Repair"/>, and for an archive.
    /// </summary>
    internal bool AsksInBulk { get; init; }

    /// <summary>True to hash an archive while it is written (<see cref="TransferResult.Written"/>).</summary>
    internal bool HashesArchive { get; init; }

    /// <summary>
    /// Awaited before the first manifest is pushed and before anything gets its name or tag; if it throws, nothing
    /// does. Blobs move meanwhile. Null for none.
    /// </summary>
    internal Task? Admission { get; init; }

    /// <summary>
    /// Repositories of the destination's registry from which layers that a delta archive requires are mounted, besides
    /// those that the delta names.
    /// </summary>
    internal ImmutableArray<RepositoryName> MountFrom { get; init; } = [];

    /// <summary>The file system that archives are written to.</summary>
    internal ArchiveDisk Disk { get; init; } = ArchiveDisk.System;

    /// <summary>The rules for fetching long layers to an archive in parts.</summary>
    internal PartRules Parts { get; init; } = new();

    /// <summary>The rules for fetching long blobs for a registry in parts, in order.</summary>
    internal PartRules PartsInOrder { get; init; } = PartRules.InOrder;
}
