using System.Globalization;
using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>Deletes manifests and tags of one repository, and requests the time when a manifest was stored.</summary>
/// <remarks>Source: OCI distribution specification, "Content Management".</remarks>
internal sealed class ManifestRemoval(Transport transport, RepositoryName repository)
{
    private static readonly KeyValuePair<string, string>[] s_accept = [new("Accept", string.Join(", ", MediaTypes.AcceptedManifests))];

    /// <summary>Requests the deletion of a manifest or a tag.</summary>
    /// <param name="tagOrDigest">A digest's text, or a tag.</param>
    /// <param name="stored">The time it was stored: a registry that supports conditions keeps content stored later.
    /// Null for no condition.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AirgapException">It refuses for a reason other than not supporting deletion.</exception>
    public Task<RemovalResponse> RemoveAsync(string tagOrDigest, DateTimeOffset? stored, CancellationToken cancellationToken)
    {
        Operation operation = Operation.OnManifest("delete", repository, tagOrDigest);
        RegistryRequest request =
            new(RequestKind.ManifestDelete, HttpMethod.Delete, Target(tagOrDigest), ScopeSet.PullAndDelete(repository.Path), operation)
            {
                // Source: RFC 9110, 13.1.4.
                Headers = stored is { } time ? [new("If-Unmodified-Since", time.ToString("R", CultureInfo.InvariantCulture))] : [],
                Expects = static status => status is 400 or 404 or 405 or 412 or 501,
            };
        return transport.SendAsync(repository, request, (response, token) => ReadAsync(response, request, token), cancellationToken);
    }

    /// <summary>The time when the registry last stored a manifest; null if unknown.</summary>
    public Task<DateTimeOffset?> FindStoredTimeAsync(Digest digest, CancellationToken cancellationToken)
    {
        Operation operation = Operation.OnManifest("resolve", repository, digest.ToString());
        RegistryRequest request =
            new(RequestKind.ManifestHead, HttpMethod.Head, Target(digest.ToString()), ScopeSet.Pull(repository.Path), operation)
            {
                Headers = s_accept,
                // Some registries and caches answer only GET; without a response the time is unknown.
                Expects = static status => !Refusals.IsTransient(status),
            };
        return transport.SendAsync(
            repository, request, (response, _) =>
            Task.FromResult(response.IsSuccessStatusCode ? response.Content.Headers.LastModified : null), cancellationToken);
    }

    private async Task<RemovalResponse> ReadAsync(
        HttpResponseMessage response, RegistryRequest request, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
            return RemovalResponse.Accepted;
        if ((int)response.StatusCode is 404)
            return RemovalResponse.Absent;
        if ((int)response.StatusCode is 412)
            return RemovalResponse.Renewed;
        if ((int)response.StatusCode is 405 or 501)
            return RemovalResponse.Unsupported;

        // 400 may mean either.
        ErrorBody body = await ErrorBody.ReadAsync(
            response, transport.Options.TimeProvider, transport.Options.ResponseHeaderTimeout, cancellationToken);
        if (body.Code is "UNSUPPORTED")
            return RemovalResponse.Unsupported;
        throw request.Operation.Failed(
            ErrorCode.RegistryRefused,
            $"DELETE {Redaction.Url(response.RequestMessage!.RequestUri!)}: " +
            $"{Redaction.Echo(body.Text.Length > 0 ? body.Text : "status 400", response.RequestMessage)}",
            $"See the response of {repository.Registry}.", status: 400);
    }

    private Uri Target(string tagOrDigest) => RegistryRequest.Below(repository.Path, "manifests/" + tagOrDigest);
}
