using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Uploads;

namespace Airgap.Oci.Client;

/// <summary>
/// One repository of a registry. Retry, back-off and resuming happen below this seam; ordering, deduplication and the choice
/// of a mount above it. Every method fails with an <see cref="AirgapException"/> of a 1xxx code that names the reference.
/// </summary>
public interface IImageRepository
{
    /// <summary>The repository.</summary>
    RepositoryName Name { get; }

    /// <summary>
    /// The same repository, for requests whose responses only save other requests: each is sent once, without retries
    /// or waits, because the work can continue without the response. By default the repository itself.
    /// </summary>
    internal IImageRepository Unretried => this;

    /// <summary>
    /// Resolves a tag or digest without fetching the content (HEAD; GET if the HEAD fails with any status).
    /// </summary>
    /// <param name="tagOrDigest">A tag, or a digest's text.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when the repository has no such manifest, or does not exist.</returns>
    Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken);

    /// <summary>Fetches a manifest and verifies its digest.</summary>
    /// <param name="tagOrDigest">A tag, or a digest's text.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when the repository has no such manifest, or does not exist.</returns>
    internal Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken);

    /// <summary>Fetches a manifest that must exist, and verifies its digest.</summary>
    /// <param name="tagOrDigest">A tag, or a digest's text.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ManifestUnknown"/> or
    /// <see cref="ErrorCode.RepositoryUnknown"/>, with the registry's own message if there is one.</exception>
    async Task<Manifest> GetManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        await FindManifestAsync(tagOrDigest, cancellationToken)
        ?? throw new AirgapException(
            ErrorCode.ManifestUnknown,
            $"There is no {Name}{(Digest.TryParse(tagOrDigest, out _) ? '@' : ':')}{tagOrDigest}: MANIFEST_UNKNOWN.",
            "Check the name, and the tag or digest; 'tag list -i' shows the tags of a repository.")
        { Reference = Name.ToString() };

    /// <summary>A blob of this repository, opened when its bytes are needed. Makes no request.</summary>
    IBlobContent GetBlob(Descriptor descriptor);

    /// <summary>Checks whether the repository has a blob, without its bytes (HEAD).</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken);

    /// <summary>No blob.</summary>
    internal static IReadOnlySet<Digest> NonePresent { get; } = new HashSet<Digest>();

    /// <summary>
    /// Checks for many blobs with few requests, if the registry supports it. This only saves requests: blobs that are not returned may be
    /// present, too.
    /// </summary>
    /// <param name="blobs">The blobs.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The blobs that a response to this call proved present.</returns>
    internal Task<IReadOnlySet<Digest>> FindPresentAsync(IReadOnlyCollection<Descriptor> blobs, CancellationToken cancellationToken) =>
        Task.FromResult(NonePresent);

    /// <summary>
    /// Checks for many blobs or manifests with few requests. Each pushes a manifest that the registry must refuse, and the refusal names
    /// the missing content. This only saves requests: content that is not returned may be present, too.
    /// </summary>
    /// <param name="content">The blobs or manifests.</param>
    /// <param name="areManifests">True for manifests.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The content that a response to this call proved present; lengths are not compared.</returns>
    internal Task<IReadOnlySet<Digest>> AskInBulkAsync(
        IReadOnlyCollection<Descriptor> content, bool areManifests, CancellationToken cancellationToken) => Task.FromResult(NonePresent);

    /// <summary>
    /// Uploads a blob to this repository, unless it is there. Opens <paramref name="content"/> only when the registry wants the bytes.
    /// </summary>
    /// <param name="content">The bytes.</param>
    /// <param name="mountFrom">A repository of the same registry that has the blob, or null.</param>
    /// <param name="progress">Receives the number of bytes sent, as they are sent; a negative number when bytes are sent again.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    Task<BlobOutcome> PushBlobAsync(
        IBlobContent content, RepositoryName? mountFrom, IProgress<long>? progress, CancellationToken cancellationToken);

    /// <summary>Opens an upload before the blob is known to be sent. This only saves time.</summary>
    /// <param name="blob">The blob; no repository of the registry is known to have it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null if nothing was opened: on a failure, or because a push may create the repository.</returns>
    internal Task<OpenedUpload?> TryOpenUploadAsync(Descriptor blob, CancellationToken cancellationToken) =>
        Task.FromResult<OpenedUpload?>(null);

    /// <summary>As <see cref="PushBlobAsync"/>, by an opened upload, if that has not expired.</summary>
    internal Task<BlobOutcome> PushOpenedBlobAsync(
        IBlobContent content, OpenedUpload opened, IProgress<long>? progress, CancellationToken cancellationToken) =>
        PushBlobAsync(content, mountFrom: null, progress, cancellationToken);

    /// <summary>
    /// Sends a blob's bytes even if the registry reports the blob as present, because its storage may have lost them.
    /// Never mounts.
    /// </summary>
    /// <param name="content">The bytes.</param>
    /// <param name="progress">As for <see cref="PushBlobAsync"/>.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    internal Task ReplaceBlobAsync(IBlobContent content, IProgress<long>? progress, CancellationToken cancellationToken) =>
        PushBlobAsync(content, mountFrom: null, progress, cancellationToken);

    /// <summary>Pushes a manifest, byte for byte, and verifies the digest that the registry reports.</summary>
    /// <param name="manifest">The manifest; everything it refers to is already there.</param>
    /// <param name="tag">The tag to put it under; null to put it by digest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task PushManifestAsync(Manifest manifest, string? tag, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a manifest by its digest, or a tag. The caller must check whether it is gone afterwards.
    /// </summary>
    /// <param name="tagOrDigest">A digest's text, or a tag.</param>
    /// <param name="stored">
    /// The time when it was stored: a registry that supports conditions keeps content that was stored later; null for no condition. Most
    /// registries support none.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal Task<RemovalResponse> RemoveAsync(string tagOrDigest, DateTimeOffset? stored, CancellationToken cancellationToken) =>
        Task.FromResult(RemovalResponse.Unsupported);

    /// <summary>
    /// What a push to this repository would create first, such as <c>the ECR repository HOST/apps</c>. Reads only.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null for nothing: it exists, the registry does not report it, or creation was not requested.</returns>
    internal Task<string?> FindMissingAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>The time when the registry last stored a manifest; null if unknown, as in most registries.</summary>
    /// <param name="digest">The manifest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal Task<DateTimeOffset?> FindStoredTimeAsync(Digest digest, CancellationToken cancellationToken) =>
        Task.FromResult<DateTimeOffset?>(null);

    /// <summary>Lists the tags, in the registry's order, page by page.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>The sequence is empty when the repository does not exist.</remarks>
    IAsyncEnumerable<string> ListTagsAsync(CancellationToken cancellationToken);

    /// <summary>Lists the tags of a repository that must exist. The list may be empty.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.RepositoryUnknown"/>: the registry does not know the repository.</exception>
    internal IAsyncEnumerable<string> ListExistingTagsAsync(CancellationToken cancellationToken) => ListTagsAsync(cancellationToken);

    /// <summary>
    /// Lists the manifests attached to one: from the registry's referrers API, else from the referrers tag that clients maintain.
    /// </summary>
    /// <param name="subject">The manifest with the attachments; it need not exist.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>By default the list is read from the referrers tag.</remarks>
    internal async Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        ReferrerList.Fallback(await FindManifestAsync(ReferrerList.FallbackTag(subject), cancellationToken));

    /// <summary>
    /// As {GetReferrersAsync(Descriptor, CancellationToken)}, when a tag list may show whether clients maintain a
    /// referrers tag.
    /// </summary>
    /// <param name="subject">The manifest with the attachments.</param>
    /// <param name="hasFallback">True if the referrers tag exists, so that both lists are read; false if it does not;
    /// null if unknown.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal Task<ReferrerList> ListReferrersAsync(Digest subject, bool? hasFallback, CancellationToken cancellationToken) =>
        ListReferrersAsync(subject, cancellationToken);
}
