using System.Net.Http.Headers;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Creating;

/// <summary>Sends requests to a registry's own management API on the registry's host, with retries. Follows no redirects.</summary>
internal sealed class RegistryApi(Transport transport)
{
    /// <summary>The credentials of a push to the repository; null for none.</summary>
    public Task<Credential?> FindCredentialAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        transport.HostOf(repository).Authenticator.FindCredentialAsync(repository, cancellationToken);

    /// <summary>Sends a request.</summary>
    /// <param name="repository">The repository concerned.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="authorization">The header; null for none.</param>
    /// <param name="json">The body; null for none.</param>
    /// <param name="purpose">Completes the sentence "Cannot …".</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AirgapException">The registry does not respond, or all attempts fail.</exception>
    public Task<ApiResponse> SendAsync(
        RepositoryName repository, HttpMethod method, string path, AuthenticationHeaderValue? authorization, byte[]? json, string purpose,
        CancellationToken cancellationToken) => transport.Retry.ExecuteAsync(
        async token =>
        {
            Uri address = await transport.HostOf(repository).GetAddressAsync(token);
            Operation operation = new(purpose, repository.ToString());
            WireRequest wire = new(method, new Uri(address, path), RequestKind.Management, operation)
            {
                FollowRedirects = false,
                Content = json is null ? null : _ => new ByteArrayContent(json) { Headers = { ContentType = new("application/json") } },
            };
            using HttpResponseMessage response = await transport.Exchange.SendAsync(wire, authorization, token);
            int status = (int)response.StatusCode;
            // Some versions of Harbor respond with 500 to concurrent creations; the next attempt succeeds.
            if (Refusals.IsTransient(status))
                throw await Refusals.ReadAsync(response, wire.Kind, operation, transport.Options, token);
            ErrorBody body = status < 400 ? ErrorBody.None
                : await ErrorBody.ReadAsync(response, transport.Options.TimeProvider, transport.Options.ResponseHeaderTimeout, token);
            return new ApiResponse(status, Redaction.Echo(body.Text, response.RequestMessage!));
        },
        cancellationToken);
}

/// <summary>A response of a management API.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Text">The error's text; empty if there is none.</param>
internal readonly record struct ApiResponse(int Status, string Text)
{
    /// <summary>True for 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>For a request that looks for something: false if it exists, true if not; null if the response does not tell.</summary>
    public bool? IsMissing => Status switch
    {
        200 => false,
        404 => true,
        _ => null,
    };

    /// <summary>The status and text, for a message.</summary>
    public string Reason => Text.Length == 0 ? $"status {Status}" : $"status {Status}: {Text}";
}
