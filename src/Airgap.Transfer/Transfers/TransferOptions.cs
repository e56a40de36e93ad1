namespace Airgap.Transfer.Transfers;

/// <summary>How a plan is carried out.</summary>
public sealed record TransferOptions
{
    /// <summary>Blobs under way at once, 1 or more.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>True for tags that tell the source repository (<c>apps-frontend-sha256-HEX.imgpkg</c>) in place of <c>sha256-HEX.imgpkg</c>.</summary>
    public bool RepositoryBasedTags { get; init; }

    /// <summary>True to keep what an earlier, interrupted run left in the partial archive, after hashing it.</summary>
    public bool Resume { get; init; }
}
