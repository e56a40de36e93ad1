using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Describing;

/// <summary>Lists and resolves tags.</summary>
/// <param name="registry">The registries, with their credentials.</param>
internal sealed class TagLister(IRegistry registry)
{
    /// <summary>Lists the tags of a repository in ordinal order.</summary>
    /// <exception cref="AirgapException">1xxx: the registry; <see cref="ErrorCode.RepositoryUnknown"/>: the registry does not know the
    /// repository.</exception>
    public async Task<ImmutableArray<ListedTag>> ListAsync(
        RepositoryName repository, TagListOptions options, CancellationToken cancellationToken)
    {
        IImageRepository source = registry.GetSource(repository);
        SortedSet<string> names = new(StringComparer.Ordinal);
        try
        {
            await foreach (string tag in source.ListExistingTagsAsync(cancellationToken))
            {
                if (IsShown(tag, options))
                    names.Add(tag);
            }
        }
        catch (AirgapException e) when (e.Code == ErrorCode.RepositoryUnknown)
        {
            throw new AirgapException(
                ErrorCode.RepositoryUnknown,
                $"The repository {repository} does not exist, or has no tags: NAME_UNKNOWN.",
                "Check the repository's name.",
                e)
            { Reference = repository.ToString(), StatusCode = e.StatusCode };
        }

        ListedTag[] tags = [.. names.Select(name => new ListedTag(name, null))];
        if (!options.Digests)
            return [.. tags];
        await Parallel.ForAsync(
            0,
            tags.Length,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Concurrency), CancellationToken = cancellationToken },
            async (i, token) => tags[i] = tags[i] with { Digest = (await source.ResolveAsync(tags[i].Name, token))?.Digest });

        // A tag removed since the list was made no longer counts.
        return [.. tags.Where(tag => tag.Digest is not null)];
    }

    /// <summary>Lists the tags that the images of an archive get on import. Opens no connection.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArchive"/>, or a 3xxx code of the file.</exception>
    public static async Task<ImmutableArray<ListedTag>> ListArchiveAsync(
        RelocationSource.Archive source, TagListOptions options, CancellationToken cancellationToken)
    {
        IArchive archive = await AnyArchive.OpenAsync(source, cancellationToken);
        HashSet<ListedTag> tags = [];
        await foreach (ArchivedItem item in archive.ReadItemsAsync(includeNonDistributable: false, failures: null, cancellationToken))
        {
            if (item.Tag is { } tag && IsShown(tag, options))
                tags.Add(new ListedTag(tag, options.Digests ? item.Content.Manifest.Digest : null));
        }

        await archive.ReadNotesAsync(cancellationToken);
        return [.. tags.OrderBy(tag => tag.Name, StringComparer.Ordinal).ThenBy(tag => tag.Digest?.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>Resolves a tag to a reference by digest.</summary>
    /// <exception cref="AirgapException">1xxx: the registry; <see cref="ErrorCode.ManifestUnknown"/>: there is no such tag.</exception>
    public async Task<ImageReference> ResolveAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        Descriptor? found = await registry.GetSource(reference.Repository).ResolveAsync(reference.Selector, cancellationToken);
        return found is null ? throw NotFound(reference) : reference.WithDigest(found.Digest);
    }

    internal static AirgapException NotFound(ImageReference reference) => new(
        ErrorCode.ManifestUnknown,
        $"There is no {reference}: MANIFEST_UNKNOWN.",
        reference.Digest is null
        ? "Check the name and the tag; 'tag list -i' shows the tags of a repository." : "Check the name and the digest.")
    { Reference = reference.ToString(), Digest = reference.Digest?.ToString() };

    private static bool IsShown(string tag, TagListOptions options) => options.Internal || !Bundles.ContentTag.IsImgpkgs(tag);
}
