using System.Globalization;
using System.Text.Json;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains.Azure;

/// <summary>
/// Tokens of Azure's directory: for an application with a secret, for a workload with a federated token (AKS, GitHub), and for
/// the identity of this machine or app service, in this order.
/// </summary>
/// <remarks>Source: Microsoft identity platform, "OAuth 2.0 client credentials flow"; "How to use managed identities on a virtual
/// machine".</remarks>
internal sealed class AzureTokens(EnvironmentVariables environment, CloudClient client)
{
    public const string Places = "AZURE_CLIENT_SECRET, AZURE_FEDERATED_TOKEN_FILE, the machine's identity";

    /// <summary>Searches for a token.</summary>
    /// <returns>The token and where it came from; null when there is none.</returns>
    /// <exception cref="CloudException">The directory refused.</exception>
    public async Task<(string Token, string Place)?> FindAsync(AzureCloud cloud, CancellationToken cancellationToken)
    {
        string? application = environment.NonEmpty("AZURE_CLIENT_ID");
        if (application is not null && environment.NonEmpty("AZURE_TENANT_ID") is { } tenant)
        {
            if (environment.NonEmpty("AZURE_CLIENT_SECRET") is { } secret)
                return (await SignInAsync(cloud, tenant, application, [new("client_secret", secret)], cancellationToken),
                    "AZURE_CLIENT_SECRET");
            if (environment.NonEmpty("AZURE_FEDERATED_TOKEN_FILE") is { } file)
            {
                string assertion = await CloudFiles.ReadAsync(file, cancellationToken);
                KeyValuePair<string, string>[] proof =
                [
                    new("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                    new("client_assertion", assertion),
                ];
                return (await SignInAsync(cloud, tenant, application, proof, cancellationToken), "AZURE_FEDERATED_TOKEN_FILE");
            }
        }

        return await AskMachineAsync(cloud, application, cancellationToken) is { } token ? (token, "the machine's identity") : null;
    }

    private async Task<string> SignInAsync(
        AzureCloud cloud, string tenant, string application, KeyValuePair<string, string>[] proof, CancellationToken cancellationToken)
    {
        Uri authority = environment.NonEmpty("AZURE_AUTHORITY_HOST") is { } given
            && Uri.TryCreate(given.TrimEnd('/') + "/", UriKind.Absolute, out Uri? other) ? other : cloud.Authority;
        CloudResponse response = await client.AskAsync(
            () => new HttpRequestMessage(HttpMethod.Post, new Uri(authority, $"{Uri.EscapeDataString(tenant)}/oauth2/v2.0/token"))
            {
                Content = new FormUrlEncodedContent(
                    [new("grant_type", "client_credentials"), new("client_id", application),
                        new("scope", cloud.Resource + ".default"), .. proof]),
            },
            cancellationToken);
        JsonElement json = CloudJson.Read(response.Body);
        if (response.IsSuccess && json.Text("access_token") is { } token)
            return token;
        // The description's first line gives the error; the others are identifiers of the request.
        string? said = json.Text("error_description")?.Split('\r', '\n')[0].TrimEnd('.');
        throw new CloudException(
            $"{authority.Host} refused the application {application} " +
            $"({said ?? json.Text("error") ?? response.Status.ToString(CultureInfo.InvariantCulture)})");
    }

    private async Task<string?> AskMachineAsync(AzureCloud cloud, string? application, CancellationToken cancellationToken)
    {
        string query =
            $"resource={Uri.EscapeDataString(cloud.Resource)}{(application is null ? "" : $"&client_id={Uri.EscapeDataString(application)}")}";
        return await client.RequestMetadataAsync(Create, cancellationToken) is { IsSuccess: true } response
            ? CloudJson.Read(response.Body).Text("access_token") : null;

        HttpRequestMessage Create()
        {
            HttpRequestMessage request;
            if (environment.NonEmpty("IDENTITY_ENDPOINT") is { } endpoint && environment.NonEmpty("IDENTITY_HEADER") is { } header
                && Uri.TryCreate($"{endpoint}?api-version=2019-08-01&{query}", UriKind.Absolute, out Uri? service))
            {
                request = new HttpRequestMessage(HttpMethod.Get, service);
                request.Headers.TryAddWithoutValidation("X-IDENTITY-HEADER", header);
            }
            else
            {
                request = new HttpRequestMessage(
                    HttpMethod.Get, $"http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&{query}");
                request.Headers.Add("Metadata", "true");
            }

            return request;
        }
    }
}
