using Airgap.Transfer.Archives;

namespace Airgap.Transfer.Transfers;

/// <summary>How a plan is carried out.</summary>
public sealed record TransferOptions
{
    /// <summary>Blobs under way at once, 1 or more.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>True for tags that tell the source repository (<c>apps-frontend-sha256-HEX.imgpkg</c>) in place of <c>sha256-HEX.imgpkg</c>.</summary>
    public bool RepositoryBasedTags { get; init; }

    /// <summary>
    /// True to relocate the other images when one fails (<see cref="TransferResult.Failures"/>). A bundle that is not whole gets no locations image and no
    /// tag of the user's, and an archive with a hole stays <c>NAME.partial</c>.
    /// </summary>
    public bool KeepGoing { get; init; }

    /// <summary>True to keep what an earlier, interrupted run left in the partial archive, after hashing it.</summary>
    public bool Resume { get; init; }

    /// <summary>The file system that archives are written to.</summary>
    internal ArchiveDisk Disk { get; init; } = ArchiveDisk.System;
}
