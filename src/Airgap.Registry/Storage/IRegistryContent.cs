using Airgap.Oci;

namespace Airgap.Registry.Storage;

/// <summary>The content that a registry serves, from any storage. Names, tags and digests are validated by the caller.</summary>
internal interface IRegistryContent : IDisposable
{
    /// <summary>Opens a repository's blob; null when the repository does not have it.</summary>
    StoredContent? OpenBlob(string name, Digest digest);

    /// <summary>Opens a repository's manifest; null when the repository does not have it.</summary>
    StoredManifest? OpenManifest(string name, Digest digest);

    /// <summary>The digest that a tag points at, or null.</summary>
    Digest? ResolveTag(string name, string tag);

    /// <summary>
    /// Tags in ordinal order, at least the first <paramref name="most"/> after <paramref name="after"/>; null when the registry does
    /// not know the repository.
    /// </summary>
    List<string>? ListTags(string name, string after = "", int most = int.MaxValue);

    /// <summary>All repositories in ordinal order.</summary>
    List<string> ListRepositories();

    /// <summary>The referrers of a manifest, which itself need not exist, in ordinal order of digest.</summary>
    IReadOnlyList<Referrer> ListReferrers(string name, Digest subject);

    /// <summary>The repository that mirrors one of another registry.</summary>
    /// <param name="name">The repository's name in the other registry.</param>
    /// <param name="registry">That registry, as in containerd's <c>ns</c>.</param>
    string FindMirrored(string name, string registry);

    /// <summary>Why the content cannot be served at present, as the end of a sentence; null when it can.</summary>
    string? FindProblem();
}

/// <summary>A manifest to send.</summary>
/// <param name="MediaType">Its media type.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record StoredManifest(string MediaType, StoredContent Content) : IDisposable
{
    /// <summary>The time of the last push, UTC; null if unknown.</summary>
    public DateTime? Stored { get; init; }

    public void Dispose() => Content.Dispose();
}
