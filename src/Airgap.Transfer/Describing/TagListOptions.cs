using Airgap.Oci;

namespace Airgap.Transfer.Describing;

/// <summary>Which tags are listed, and with what details.</summary>
internal sealed record TagListOptions
{
    /// <summary>True to include the digest of each tag, which takes a request for each.</summary>
    public bool Digests { get; init; }

    /// <summary>True to also list imgpkg's own tags, which end with <c>.imgpkg</c>.</summary>
    public bool Internal { get; init; }

    /// <summary>The number of concurrent requests, 1 or more.</summary>
    public int Concurrency { get; init; } = 8;
}

/// <summary>A tag.</summary>
/// <param name="Name">The tag.</param>
/// <param name="Digest">Its digest; null if not requested.</param>
internal sealed record ListedTag(string Name, Digest? Digest);
