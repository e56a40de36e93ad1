using System.Runtime.CompilerServices;
using Airgap.Oci.Content;
using Airgap.Oci.Creating;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Uploads;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Client;

/// <summary>A repository of a registry, over HTTP.</summary>
internal sealed class RegistryRepository(Transport transport, RepositoryName name, RepositoryCreator? creator, EcrLayers? layers)
    : IImageRepository
{
    private readonly ManifestRequests _manifests = new(transport, name);
    private readonly ReferrerRequests _referrers = new(transport, name);

    public RepositoryName Name { get; } = name;

    public IImageRepository Unretried => new RegistryRepository(transport.Unretried, Name, creator, layers);

    public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => _manifests.ResolveAsync(tagOrDigest, cancellationToken));

    public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => _manifests.FindAsync(tagOrDigest, cancellationToken));

    public Task<Manifest> GetManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => _manifests.GetAsync(tagOrDigest, cancellationToken));

    public IBlobContent GetBlob(Descriptor descriptor) => new RegistryBlob(transport, Name, descriptor);

    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => new BlobPresence(transport, Name, blob).AskAsync(cancellationToken));

    public Task<BlobOutcome> PushBlobAsync(
        IBlobContent content, RepositoryName? mountFrom, IProgress<long>? progress, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => WriteAsync(
            token => new BlobUpload(transport, Name, content, mountFrom, progress).RunAsync(token), cancellationToken));

    // What creates repositories, and Amazon's own service, decide about uploads first.
    Task<OpenedUpload?> IImageRepository.TryOpenUploadAsync(Descriptor blob, CancellationToken cancellationToken) =>
        creator is not null || layers is not null ? Task.FromResult<OpenedUpload?>(null)
            : CallerContext.LeaveAsync(() => OpenedUpload.TryOpenAsync(transport, Name, blob, cancellationToken));

    Task<BlobOutcome> IImageRepository.PushOpenedBlobAsync(
        IBlobContent content, OpenedUpload opened, IProgress<long>? progress, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() =>
            new BlobUpload(transport, Name, content, mountFrom: null, progress, opened: opened).RunAsync(cancellationToken));

    Task IImageRepository.ReplaceBlobAsync(IBlobContent content, IProgress<long>? progress, CancellationToken cancellationToken) =>
        new BlobUpload(transport, Name, content, mountFrom: null, progress, isReplacement: true).RunAsync(cancellationToken);

    public Task PushManifestAsync(Manifest manifest, string? tag, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => WriteAsync(
            async token =>
            {
                await _manifests.PushAsync(manifest, tag, token);
                return true;
            },
            cancellationToken));

    Task<IReadOnlySet<Digest>> IImageRepository.FindPresentAsync(
        IReadOnlyCollection<Descriptor> blobs, CancellationToken cancellationToken) =>
        layers?.FindPresentAsync(Name, blobs, cancellationToken) ?? Task.FromResult(IImageRepository.NonePresent);

    Task<IReadOnlySet<Digest>> IImageRepository.AskInBulkAsync(
        IReadOnlyCollection<Descriptor> content, bool areManifests, CancellationToken cancellationToken) =>
        new PresenceQuestion(transport, Name, areManifests).FindPresentAsync(content, cancellationToken);

    Task<string?> IImageRepository.FindMissingAsync(CancellationToken cancellationToken) =>
        creator?.FindMissingAsync(Name, cancellationToken) ?? Task.FromResult<string?>(null);

    Task<RemovalResponse> IImageRepository.RemoveAsync(
        string tagOrDigest, DateTimeOffset? stored, CancellationToken cancellationToken) =>
        new ManifestRemoval(transport, Name).RemoveAsync(tagOrDigest, stored, cancellationToken);

    Task<DateTimeOffset?> IImageRepository.FindStoredTimeAsync(Digest digest, CancellationToken cancellationToken) =>
        new ManifestRemoval(transport, Name).FindStoredTimeAsync(digest, cancellationToken);

    public IAsyncEnumerable<string> ListTagsAsync(CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(
            creator is null ? TagList.ReadAsync(transport, Name, mustExist: false, cancellationToken) : ListAsync(cancellationToken));

    public IAsyncEnumerable<string> ListExistingTagsAsync(CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(TagList.ReadAsync(transport, Name, mustExist: true, cancellationToken));

    public Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => ((IImageRepository)this).ListReferrersAsync(subject, hasFallback: null, cancellationToken));

    async Task<ReferrerList> IImageRepository.ListReferrersAsync(Digest subject, bool? hasFallback, CancellationToken cancellationToken)
    {
        AirgapException? failure = null;
        try
        {
            if (await _referrers.ListAsync(subject, cancellationToken) is { } listed)
            {
                // The tag's list may name referrers that were attached before the registry supported listing them.
                return hasFallback == true || (hasFallback is null && listed.IsPartial)
                    ? listed.And(await FindManifestAsync(ReferrerList.FallbackTag(subject), cancellationToken))
                    : listed;
            }
        }
        catch (AirgapException e)
        {
            failure = e;
        }

        if (hasFallback == false)
            return failure is null ? ReferrerList.Fallback(null) : throw failure;

        // The referrers tag replaces a list that the registry cannot supply; without the tag, the referrers are
        // unknown.
        try
        {
            ReferrerList kept = ReferrerList.Fallback(await FindManifestAsync(ReferrerList.FallbackTag(subject), cancellationToken));
            if (failure is null || !kept.Manifests.IsEmpty)
                return kept;
        }
        catch (AirgapException) when (failure is not null)
        {
            // The first failure is reported.
        }

        throw failure;
    }

    // A repository that a push would create has no tags, even if the registry refuses the request.
    private async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using IAsyncEnumerator<string> tags =
            TagList.ReadAsync(transport, Name, mustExist: false, cancellationToken).GetAsyncEnumerator(cancellationToken);
        bool isEmpty;
        try
        {
            isEmpty = !await tags.MoveNextAsync();
        }
        catch (AirgapException refusal) when (refusal.StatusCode is 401 or 403)
        {
            isEmpty = await creator!.FindMissingAsync(Name, cancellationToken) is not null;
            if (!isEmpty)
                throw;
        }

        if (isEmpty)
            yield break;
        do
        {
            yield return tags.Current;
        }
        while (await tags.MoveNextAsync());
    }

    // The first write to a repository that does not exist is refused; on request, the repository is created then.
    private async Task<T> WriteAsync<T>(Func<CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        if (creator is null)
            return await write(cancellationToken);
        try
        {
            return await write(cancellationToken);
        }
        catch (AirgapException refusal) when (refusal.Code is ErrorCode.RepositoryUnknown or ErrorCode.Unauthorized or ErrorCode.Forbidden
            || refusal.StatusCode == 404)
        {
            if (!await creator.TryCreateAsync(Name, refusal, cancellationToken))
                throw;
        }

        // Some registries see a new repository only a moment later.
        return await transport.Retry.ExecuteAsync(
            async token =>
            {
                try
                {
                    return await write(token);
                }
                catch (AirgapException unseen) when (unseen.Code == ErrorCode.RepositoryUnknown)
                {
                    throw new TransientException(unseen);
                }
            },
            cancellationToken);
    }
}
