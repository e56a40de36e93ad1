using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Uploads;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Client;

/// <summary>A repository of a registry, over HTTP.</summary>
internal sealed class RegistryRepository(Transport transport, RepositoryName name) : IImageRepository
{
    private readonly ManifestRequests _manifests = new(transport, name);
    private readonly ReferrerRequests _referrers = new(transport, name);

    public RepositoryName Name { get; } = name;

    public IImageRepository Unretried => new RegistryRepository(transport.Unretried, Name);

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
        CallerContext.LeaveAsync(() => new BlobUpload(transport, Name, content, mountFrom, progress).RunAsync(cancellationToken));

    Task IImageRepository.ReplaceBlobAsync(IBlobContent content, IProgress<long>? progress, CancellationToken cancellationToken) =>
        new BlobUpload(transport, Name, content, mountFrom: null, progress, isReplacement: true).RunAsync(cancellationToken);

    public Task PushManifestAsync(Manifest manifest, string? tag, CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(() => _manifests.PushAsync(manifest, tag, cancellationToken));

    Task<RemovalAnswer> IImageRepository.RemoveAsync(
        string tagOrDigest, DateTimeOffset? stored, CancellationToken cancellationToken) =>
        new ManifestRemoval(transport, Name).RemoveAsync(tagOrDigest, stored, cancellationToken);

    Task<DateTimeOffset?> IImageRepository.FindStoredTimeAsync(Digest digest, CancellationToken cancellationToken) =>
        new ManifestRemoval(transport, Name).FindStoredTimeAsync(digest, cancellationToken);

    public IAsyncEnumerable<string> ListTagsAsync(CancellationToken cancellationToken) =>
        CallerContext.LeaveAsync(TagList.ReadAsync(transport, Name, mustExist: false, cancellationToken));

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
                // Referrers that only the clients' list names, from before the registry kept one, are also attached.
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
}
