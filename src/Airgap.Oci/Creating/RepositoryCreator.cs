using System.Collections.Concurrent;
using Airgap.Oci.Auth;
using Airgap.Oci.Credentials.Keychains;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;

namespace Airgap.Oci.Creating;

/// <summary>
/// Creates the repositories that a client's pushes need, each once, when a registry refuses the first write. The kind of registry
/// follows from its host name (Amazon) or its challenge (Harbor, Quay), without further requests.
/// </summary>
internal sealed class RepositoryCreator(Transport transport, RepositoryCreation creation, Lazy<EcrClient> ecr)
{
    private readonly RegistryApi _api = new(transport);
    private readonly ConcurrentDictionary<string, Lazy<Task<bool>>> _created = new(StringComparer.Ordinal);

    /// <summary>The repository or project that a push would create first; null for none. Changes nothing.</summary>
    public async Task<string?> FindMissingAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        await FindMakerAsync(repository, cancellationToken) is { } maker
            && await maker.IsMissingAsync(repository, cancellationToken) == true ? maker.Describe(repository) : null;

    /// <summary>Creates what a refused write needs, if that is the reason.</summary>
    /// <param name="repository">The repository of the write.</param>
    /// <param name="refusal">The failure of the write.</param>
    /// <param name="cancellationToken">Ends the wait, not the creation that other writes wait for.</param>
    /// <returns>True if the write should be repeated; false if it failed for another reason.</returns>
    /// <exception cref="AirgapException">It cannot be created.</exception>
    public async Task<bool> TryCreateAsync(RepositoryName repository, AirgapException refusal, CancellationToken cancellationToken)
    {
        if (await FindMakerAsync(repository, cancellationToken) is not { } maker)
            return refusal.Code == ErrorCode.RepositoryUnknown ? throw Unsupported(repository, refusal) : false;
        if (!maker.MayMeanMissing(refusal))
            return false;

        // A failure is kept, so that the other images of a run that continues do not repeat a refused request.
        return await _created.GetOrAdd(
            maker.Describe(repository),
            _ => new Lazy<Task<bool>>(() => Task.Run(() => CreateAsync(maker, repository, refusal))))
            .Value.WaitAsync(cancellationToken);
    }

    private async Task<bool> CreateAsync(IRepositoryMaker maker, RepositoryName repository, AirgapException refusal)
    {
        // Only NAME_UNKNOWN is certain; other refusals may concern the rights to an existing repository.
        if (refusal.Code != ErrorCode.RepositoryUnknown)
        {
            bool? isMissing = await maker.IsMissingAsync(repository, CancellationToken.None);
            // Another process, such as another shard, may have created it since: the repeated write shows if that was the reason.
            if (isMissing == false)
                return true;
            if (isMissing is null && maker.TellsMissing)
                return false;
        }

        string what = maker.Describe(repository);
        bool isNew = await maker.CreateAsync(repository, CancellationToken.None);
        transport.Trace.Note(isNew ? $"created {what}" : $"{what} exists already");
        if (isNew)
            creation.Created?.Invoke($"Created {what}.");
        return true;
    }

    private async Task<IRepositoryMaker?> FindMakerAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        if (KeychainHosts.IsAmazon(repository.Registry))
            return new EcrRepositories(ecr.Value, creation.Settings);
        RegistryHost host = transport.HostOf(repository);
        await host.RequestChallengeAsync(cancellationToken);
        return KindOf(host.Authenticator.Challenges) switch
        {
            "harbor" => new HarborProjects(_api, creation.Settings.Harbor),
            "quay" => new QuayRepositories(_api, creation.Settings.Quay),
            _ => null,
        };
    }

    // Harbor: Bearer realm=".../service/token",service="harbor-registry", and Basic realm="harbor" to a request with a token. Quay:
    // Bearer realm=".../v2/auth".
    private static string? KindOf(IEnumerable<Challenge> challenges)
    {
        foreach (Challenge challenge in challenges)
        {
            string? path = Uri.TryCreate(challenge.Realm, UriKind.Absolute, out Uri? realm) ? realm.AbsolutePath.TrimEnd('/') : null;
            if (challenge.Service == "harbor-registry" || (challenge.IsBasic && challenge.Realm == "harbor"))
                return "harbor";
            if (challenge.IsBearer && path?.EndsWith("/v2/auth", StringComparison.Ordinal) == true)
                return "quay";
        }

        return null;
    }

    private static AirgapException Unsupported(RepositoryName repository, AirgapException refusal) => new(
        ErrorCode.CreationUnsupported,
        $"{refusal.Message.TrimEnd('.')}; the repository cannot be created, since {repository.Registry} is not an Amazon registry, " +
        "Harbor or Quay.",
        $"Create the repository on {repository.Registry} first.", refusal)
    { Reference = refusal.Reference, Digest = refusal.Digest, StatusCode = refusal.StatusCode };
}
