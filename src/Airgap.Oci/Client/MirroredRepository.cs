using System.Collections.Immutable;
using Airgap.Oci.Content;
using Airgap.Oci.Mirrors;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Client;

/// <summary>
/// A source that is read from its mirrors first, in order, and then from the registry itself. It keeps the name that the user wrote.
/// Content is verified by its digest, whichever endpoint returns it; tags are resolved only by mirrors for which the settings allow it.
/// Writes go to the named registry.
/// </summary>
/// <param name="name">The name that the user wrote.</param>
/// <param name="places">The endpoints, the registry itself last.</param>
/// <param name="named">The repository of that name.</param>
/// <param name="mirrors">Records which mirrors were read, and which failed.</param>
internal sealed class MirroredRepository(
    RepositoryName name, ImmutableArray<SourceEndpoint> places, IImageRepository named, SourceMirrors mirrors) : IImageRepository
{
    public RepositoryName Name { get; } = name;

    public IImageRepository Unretried => new MirroredRepository(
        Name, [.. places.Select(place => place with { Repository = place.Repository.Unretried })], named.Unretried, mirrors);

    public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken) => ReadAsync(
        IsDigest(tagOrDigest), (repository, _) => repository.ResolveAsync(tagOrDigest, cancellationToken),
        static found => found is not null);

    public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken) => ReadAsync(
        IsDigest(tagOrDigest),
        async (repository, _) => Note(repository, await repository.FindManifestAsync(tagOrDigest, cancellationToken)),
        static found => found is not null);

    public Task<Manifest> GetManifestAsync(string tagOrDigest, CancellationToken cancellationToken) => ReadAsync(
        IsDigest(tagOrDigest),
        async (repository, isMirror) => Note(repository, isMirror
            ? await repository.FindManifestAsync(tagOrDigest, cancellationToken)
            : await repository.GetManifestAsync(tagOrDigest, cancellationToken))!,
        static found => found is not null);

    public IBlobContent GetBlob(Descriptor descriptor) =>
        new MirroredBlob(Name, [.. Asked(byDigest: true).Select(place => (place.Repository.Name, place.Repository.GetBlob(descriptor)))],
            mirrors);

    public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) =>
        ReadAsync(true, (repository, _) => repository.HasBlobAsync(blob, cancellationToken), static has => has);

    public Task<ReferrerList> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) => ReadAsync(
        true, (repository, _) => repository.ListReferrersAsync(subject, cancellationToken), static list => !list.Manifests.IsEmpty);

    Task<ReferrerList> IImageRepository.ListReferrersAsync(Digest subject, bool? hasFallback, CancellationToken cancellationToken) =>
        ReadAsync(
            true, (repository, _) => repository.ListReferrersAsync(subject, hasFallback, cancellationToken),
            static list => !list.Manifests.IsEmpty);

    // A mirror may have only some of the tags.
    public IAsyncEnumerable<string> ListTagsAsync(CancellationToken cancellationToken) =>
        places[^1].Repository.ListTagsAsync(cancellationToken);

    public IAsyncEnumerable<string> ListExistingTagsAsync(CancellationToken cancellationToken) =>
        places[^1].Repository.ListExistingTagsAsync(cancellationToken);

    public Task<BlobOutcome> PushBlobAsync(
        IBlobContent content, RepositoryName? mountFrom, IProgress<long>? progress, CancellationToken cancellationToken) =>
        named.PushBlobAsync(content, mountFrom, progress, cancellationToken);

    public Task PushManifestAsync(Manifest manifest, string? tag, CancellationToken cancellationToken) =>
        named.PushManifestAsync(manifest, tag, cancellationToken);

    private static bool IsDigest(string tagOrDigest) => Digest.TryParse(tagOrDigest, out _);

    private Manifest? Note(IImageRepository repository, Manifest? manifest)
    {
        if (manifest is not null)
            mirrors.NoteRead(Name, repository.Name, manifest.Digest, 1, 0, manifest.Bytes.Length);
        return manifest;
    }

    private IEnumerable<SourceEndpoint> Asked(bool byDigest) => places.Where(place =>
        !place.IsMirror || (RegistriesConf.IsAsked(place.Setting, byDigest) && !mirrors.IsDown(place.Repository.Name)));

    private async Task<T> ReadAsync<T>(bool byDigest, Func<IImageRepository, bool, Task<T>> read, Func<T, bool> isFound)
    {
        foreach (SourceEndpoint place in Asked(byDigest).Where(place => place.IsMirror))
        {
            try
            {
                T found = await read(place.Repository, true);
                if (isFound(found))
                    return found;
            }
            catch (AirgapException e) when (SourceMirrors.IsOfRegistry(e))
            {
                mirrors.NoteFailure(place.Repository.Name, e);
            }
        }

        return await read(places[^1].Repository, false);
    }
}
