using Airgap.Oci;

namespace Airgap.Transfer.Describing;

/// <summary>Which tags are listed, and what is told of them.</summary>
internal sealed record TagListOptions
{
    /// <summary>True to tell what each tag stands for, which is a request for each tag.</summary>
    public bool Digests { get; init; }

    /// <summary>True to list imgpkg's own tags, too: those that end with <c>.imgpkg</c>.</summary>
    public bool Internal { get; init; }

    /// <summary>Requests under way at once, 1 or more.</summary>
    public int Concurrency { get; init; } = 8;
}

/// <summary>A tag.</summary>
/// <param name="Name">The tag.</param>
/// <param name="Digest">What it stands for; null where that was not asked for.</param>
internal sealed record ListedTag(string Name, Digest? Digest);
