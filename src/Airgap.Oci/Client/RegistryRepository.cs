
using Airgap.Oci.Auth;
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

    public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        _manifests.ResolveAsync(tagOrDigest, cancellationToken);

    public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        _manifests.FindAsync(tagOrDigest, cancellationToken);

    public Task<Manifest> GetManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
        _manifests.GetAsync(tagOrDigest, cancellationToken);

    public IBlobContent GetBlob(Descriptor descriptor) => new RegistryBlob(transport, Name, descriptor);

    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) => transport.SendAsync(
        Name,
        new RegistryRequest(
            RequestKind.BlobHead, HttpMethod.Head, RegistryRequest.Below(Name.Path, "blobs/" + blob.Digest), ScopeSet.Pull(Name.Path), Operation.OnBlob("look for", Name, blob.Digest))
        {
            Expects = static status => status == 404,
        },
        // A registry may name the length of a file that was cut short.
        (response, _) => Task.FromResult(response.IsSuccessStatusCode && (response.Content.Headers.ContentLength ?? 0) is var length && (length == 0 || length == blob.Size)),
        cancellationToken);

    public Task<BlobOutcome> PushBlobAsync(IBlobContent content, RepositoryName? mountFrom, IProgress<long>? progress, CancellationToken cancellationToken) =>
        new BlobUpload(transport, Name, content, mountFrom, progress).RunAsync(cancellationToken);

    Task IImageRepository.ReplaceBlobAsync(IBlobContent content, IProgress<long>? progress, CancellationToken cancellationToken) =>
        new BlobUpload(transport, Name, content, mountFrom: null, progress, isReplacement: true).RunAsync(cancellationToken);

    public Task PushManifestAsync(Manifest manifest, string? tag, CancellationToken cancellationToken) =>
        _manifests.PushAsync(manifest, tag, cancellationToken);

    public IAsyncEnumerable<string> ListTagsAsync(CancellationToken cancellationToken) =>
        TagList.ReadAsync(transport, Name, cancellationToken);

    public async Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        await _referrers.ListAsync(subject, cancellationToken).ConfigureAwait(false)
        ?? ReferrerList.Fallback(await FindManifestAsync(ReferrerList.FallbackTag(subject), cancellationToken).ConfigureAwait(false));
}
