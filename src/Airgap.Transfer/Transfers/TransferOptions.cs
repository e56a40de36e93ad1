namespace Airgap.Transfer.Transfers;

/// <summary>How a plan is carried out.</summary>
public sealed record TransferOptions
{
    /// <summary>Blobs under way at once, 1 or more: fewer while a registry says that it is asked too much.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Blobs under way at once at most, where more move more. What is not above <see cref="Concurrency"/>, as the default, keeps to that.</summary>
    public int MostConcurrency { get; init; }

    /// <summary>True for tags that tell the source repository (<c>apps-frontend-sha256-HEX.imgpkg</c>) in place of <c>sha256-HEX.imgpkg</c>.</summary>
    public bool RepositoryBasedTags { get; init; }

    /// <summary>True to keep what an earlier, interrupted run left in the partial archive, after hashing it.</summary>
    public bool Resume { get; init; }
}
