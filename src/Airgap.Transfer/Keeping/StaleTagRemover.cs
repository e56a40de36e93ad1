using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// Removes tags whose manifests are kept. Some registries refuse this, which is reported; some delete the manifest with
/// its tag: then it is pushed again, with its other tags, and nothing more is removed.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="tags">Its tags.</param>
/// <param name="remover">Deletes, and checks that content is gone.</param>
internal sealed class StaleTagRemover(IImageRepository repository, RepositoryTags tags, ManifestRemover remover)
{
    private AirgapException? _refusal;

    /// <summary>Removes one.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.TagTookManifest"/>, <see cref="ErrorCode.StillThere"/>; 1xxx: the
    /// registry.</exception>
    public async Task<PrunedItem> RemoveAsync(PruneTag stale, CancellationToken cancellationToken)
    {
        PrunedItem done = new(new PruneItem(stale.Digest, PrunedItem.TagKind, [stale.Tag], null), PruneOutcome.Removed);
        if (_refusal is not null)
            return done with { Outcome = PruneOutcome.Refused, Refusal = _refusal };
        Digest digest = Digest.Parse(stale.Digest);
        if ((await repository.ResolveAsync(stale.Tag, cancellationToken))?.Digest is not { } actual)
            return done with { Outcome = PruneOutcome.Gone };
        if (actual != digest)
            return done with { Outcome = PruneOutcome.Needed };
        Manifest kept = await repository.GetManifestAsync(stale.Digest, cancellationToken);
        _refusal = await TryAsync(stale.Tag, cancellationToken);
        if (_refusal is not null)
            return done with { Outcome = PruneOutcome.Refused, Refusal = _refusal };
        bool isGone = await remover.IsGoneAsync(stale.Tag, RemovalResponse.Accepted, cancellationToken);
        if (await repository.ResolveAsync(stale.Digest, cancellationToken) is null)
            throw await PutBackAsync(kept, stale, cancellationToken);
        return isGone ? done : throw new AirgapException(
            ErrorCode.StillThere,
            $"The registry {repository.Name.Registry} accepted the deletion of the tag {stale.Tag} of {repository.Name}, but still " +
            "returns it.",
            "Ask the registry's operator: a proxy or a rule of the registry may keep it.")
        { Reference = repository.Name.ToString() };
    }

    private async Task<AirgapException?> TryAsync(string tag, CancellationToken cancellationToken)
    {
        try
        {
            return await repository.RemoveAsync(tag, null, cancellationToken) switch
            {
                RemovalResponse.Unsupported => Refused("it answered that it does not support this"),
                RemovalResponse.Absent when await repository.ResolveAsync(tag, cancellationToken) is not null =>
                    Refused("it answered that it has no such manifest, but returns it"),
                _ => null,
            };
        }
        catch (AirgapException e) when (e.Code is ErrorCode.RegistryRefused or ErrorCode.TagImmutable)
        {
            return Refused(e.Message.TrimEnd('.'));
        }
    }

    private AirgapException Refused(string why) => new(
        ErrorCode.TagNotRemoved,
        $"The registry {repository.Name.Registry} does not delete tags of {repository.Name} without their manifests: {why}. The stale " +
        "tags are left.",
        "Leave them, or remove them with the registry's own tools; their manifests are needed.")
    { Reference = repository.Name.ToString() };

    // Its blobs still exist: garbage is collected later.
    private async Task<AirgapException> PutBackAsync(Manifest manifest, PruneTag stale, CancellationToken cancellationToken)
    {
        await repository.PushManifestAsync(manifest, null, cancellationToken);
        foreach ((string tag, _) in tags.ByName.Where(tag => tag.Value == manifest.Digest && tag.Key != stale.Tag))
            await repository.PushManifestAsync(manifest, tag, cancellationToken);
        return new AirgapException(
            ErrorCode.TagTookManifest,
            $"The registry {repository.Name.Registry} deleted the manifest {stale.Digest} of {repository.Name} with its tag {stale.Tag}, " +
            "although only the deletion of the tag was requested. It was pushed again, with its other tags.",
            "Verify the kept content, and plan without stale tags for this registry.")
        { Reference = repository.Name.ToString(), Digest = stale.Digest };
    }
}
