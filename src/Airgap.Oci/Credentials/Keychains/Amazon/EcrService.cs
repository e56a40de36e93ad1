using System.Globalization;
using System.Text.Json;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>Sends signed requests to the service behind an Amazon registry.</summary>
/// <remarks>Source: Amazon ECR API reference and Amazon ECR Public API reference, "Making requests".</remarks>
internal sealed class EcrService(EnvironmentVariables environment, CloudClient client)
{
    private readonly AwsEndpoints _endpoints = new(environment);

    /// <summary>Calls an operation.</summary>
    /// <param name="host">The registry.</param>
    /// <param name="operation">The operation, such as <c>CreateRepository</c>.</param>
    /// <param name="body">The operation's input, as JSON.</param>
    /// <param name="keys">The keys to sign with.</param>
    /// <param name="cancellationToken">Cancels the attempts.</param>
    /// <exception cref="CloudException">The service does not respond, or with a status of 500 or more.</exception>
    public async Task<EcrResponse> CallAsync(
        EcrHost host, string operation, byte[] body, AwsKeys keys, CancellationToken cancellationToken)
    {
        Uri endpoint = _endpoints.Of(host.EndpointVariable, host.Endpoint);
        CloudResponse response = await client.AskAsync(
            () =>
            {
                HttpRequestMessage request = new(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new("application/x-amz-json-1.1");
                request.Headers.Add("X-Amz-Target", host.Api + operation);
                AwsSignature.Sign(request, body, keys, host.Region.Name, host.SigningName, client.Clock.GetUtcNow());
                return request;
            },
            cancellationToken);
        return new EcrResponse(response.IsSuccess, response.Status, CloudJson.Read(response.Body), endpoint.Authority);
    }
}

/// <summary>The response to an operation.</summary>
/// <param name="IsSuccess">True for 2xx.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Json">The body; an empty element when it is not a JSON object.</param>
/// <param name="Place">The service's host.</param>
internal sealed record EcrResponse(bool IsSuccess, int Status, JsonElement Json, string Place)
{
    /// <summary>The error's name, such as <c>AccessDeniedException</c>; empty if there is none.</summary>
    public string Error => IsSuccess ? "" : Json.Text("__type")?.Split('#')[^1] ?? "";

    /// <summary>The error for a message: name and text, or the status.</summary>
    public string Reason
    {
        get
        {
            string? said = Json.Text("message") ?? Json.Text("Message");
            string what = Error.Length > 0 ? Error : Status.ToString(CultureInfo.InvariantCulture);
            return said is null ? what : $"{what}: {Printable.Of(said).TrimEnd('.')}";
        }
    }

    /// <summary>The status and the error's name; the body may be a secret.</summary>
    public override string ToString() => $"{Status} {Error}";
}
