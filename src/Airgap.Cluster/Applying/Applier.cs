using System.Text;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Applying;

/// <summary>Applies objects server-side, one per request: the API ignores the second document of a body.</summary>
/// <param name="client">The cluster.</param>
/// <param name="ns">The namespace of objects that name none.</param>
/// <param name="isDry">True to have the server try it and keep nothing.</param>
internal sealed class Applier(ClusterClient client, string ns, bool isDry)
{
    /// <summary>The owner of the fields that are applied.</summary>
    public const string FieldManager = "airgap";

    private KindCatalogue _kinds = new(client);

    /// <summary>True to delete and recreate a PackageRepository that kapp-controller would read from its cache.</summary>
    public bool Refetches { get; init; }

    /// <summary>The longest wait until the cluster serves a kind whose definition is applied here, too.</summary>
    public TimeSpan DefinitionLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long it waits for a cluster that restarts between two objects.</summary>
    public Patience Patience { get; init; } = new();

    /// <summary>Sends such a deletion and waits for it.</summary>
    public Removal Removal { get; init; } = new(client);

    /// <summary>Applies objects in their order. A refusal does not stop the others.</summary>
    /// <param name="documents">The objects.</param>
    /// <param name="onDone">Called for each object as soon as it is done.</param>
    /// <param name="cancellationToken">Stops before the next.</param>
    public async Task<IReadOnlyList<AppliedObject>> ApplyAsync(
        IReadOnlyList<ManifestDocument> documents, Action<AppliedObject> onDone, CancellationToken cancellationToken)
    {
        HashSet<string> spaces = [.. documents.Where(document => document.Kind == "Namespace").Select(document => document.Name)];
        // A dry run makes no kind, so that there is nothing to wait for.
        _kinds = new KindCatalogue(client)
        {
            Coming = KindCatalogue.MadeBy(documents),
            Limit = isDry ? TimeSpan.Zero : DefinitionLimit
        };
        List<AppliedObject> applied = [];
        foreach (ManifestDocument document in documents)
        {
            AppliedObject done = await ApplyOneAsync(document, spaces, cancellationToken);
            applied.Add(done);
            onDone(done);
        }

        return applied;
    }

    /// <summary>Applies one object.</summary>
    /// <param name="document">The object.</param>
    /// <param name="isForced">True to take over fields of other managers.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="isTrial">True to have the server try it and keep nothing, as in a dry run.</param>
    public async Task<ClusterResponse> SendAsync(
        ManifestDocument document, bool isForced, CancellationToken cancellationToken, bool isTrial = false)
    {
        ResourceKind kind = await _kinds.FindAsync(document.ApiVersion, document.Kind, cancellationToken);
        string query = $"?fieldManager={FieldManager}{(isDry || isTrial ? "&dryRun=All" : "")}{(isForced ? "&force=true" : "")}";
        string path = kind.PathOf(document.Namespace ?? ns, document.Name) + query;
        byte[] body = Encoding.UTF8.GetBytes(
            (kind == ResourceKind.Secret ? SecretContent.AsData(document.Object) : document.Object).GetRawText());
        return await client.SendAsync(HttpMethod.Patch, path, body, "application/apply-patch+yaml", cancellationToken);
    }

    private async Task<AppliedObject> ApplyOneAsync(ManifestDocument document, HashSet<string> spaces, CancellationToken cancellationToken)
    {
        AppliedObject result = new(document.Kind, document.Namespace ?? ns, document.Name, ApplyOutcome.Failed)
        {
            ApiVersion = document.ApiVersion
        };
        bool isDeleted = false;
        try
        {
            ResourceKind kind = await _kinds.FindAsync(document.ApiVersion, document.Kind, cancellationToken);
            result = result with { Namespace = kind.IsNamespaced ? result.Namespace : null };
            ClusterResponse before = await Patience.SendAsync(
                () => client.GetAsync(kind.PathOf(result.Namespace, document.Name), cancellationToken), cancellationToken);
            if (kind == ResourceKind.Secret && SecretContent.HasPlaceholder(document.Object)
                && PlaceholderSecrets.Keep(before, result) is { } kept)
                return kept;
            if (Refetches && !isDry && kind == ResourceKind.PackageRepository && before.IsSuccess
                && CachedMirrors.IsTakenFromCache(before.Object, document.Object))
            {
                // The owners of the fields go with the object, so that there is no conflict.
                ClusterResponse trial = await SendAsync(document, isForced: true, cancellationToken, isTrial: true);
                await new Refetch(client, Removal).DeleteAsync(before.Object, trial, cancellationToken);
                isDeleted = true;
                before = new ClusterResponse(404, null, "");
            }

            ClusterResponse response = await Patience.SendAsync(
                () => SendAsync(document, isForced: false, cancellationToken), cancellationToken);
            // The kind itself is missing; perhaps not in every version.
            if (response is { Status: 404, Body: null }
                && await _kinds.OtherVersionsAsync(document.ApiVersion, document.Kind, cancellationToken) is { } other)
                throw other;
            if (!response.IsSuccess && !isDeleted)
            {
                AppliedObject refused = RefusedObject.Of(result, document, response, isDry, spaces);
                return refused with
                {
                    Warnings = [.. AppliedWarnings.OfCluster(response, $"{document.Kind} {refused.FullName}", document.Location),
                        .. refused.Warnings]
                };
            }

            if (!response.IsSuccess)
                throw ClusterRefusal.Of(response, $"{document.Kind} {result.FullName}", "applied");
            return result with
            {
                Outcome = OutcomeOf(before, response),
                After = response.Object,
                Warnings = [.. AppliedWarnings.Of(result, document, before, response)],
            };
        }
        catch (AirgapException failure) when (isDeleted)
        {
            return result with { Failure = Refetch.Missing(failure.ToDiagnostic() with { Location = document.Location }) };
        }
        catch (AirgapException failure) when (
            isDry && failure.Code == ErrorCode.KindNotServed && _kinds.IsComing(document.ApiVersion, document.Kind))
        {
            return result with
            {
                Outcome = ApplyOutcome.NotTried,
                Warnings = [new Diagnostic(
                    ErrorCode.NotExamined, $"{document.Kind} {result.FullName} was not tried: a dry run does not make its kind.",
                    "Apply the CustomResourceDefinition first, then try the rest.")],
            };
        }
        catch (AirgapException failure) when (failure.Code is not (ErrorCode.ClusterUnreachable or ErrorCode.ClusterConfig))
        {
            return result with { Failure = failure.ToDiagnostic() with { Location = document.Location } };
        }
    }

    /// <summary>The outcome of a success.</summary>
    /// <param name="before">What the cluster had.</param>
    /// <param name="after">What it has now, or would have.</param>
    public static ApplyOutcome OutcomeOf(ClusterResponse before, ClusterResponse after) =>
        after.Status == 201 ? ApplyOutcome.Created
        : !before.IsSuccess ? ApplyOutcome.Applied
        : ObjectContent.IsSame(before.Object, after.Object) ? ApplyOutcome.Unchanged : ApplyOutcome.Changed;
}
