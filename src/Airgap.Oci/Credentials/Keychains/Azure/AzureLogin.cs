using System.Globalization;
using System.Text.Json;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains.Azure;

/// <summary>Exchanges tokens of Azure's directory for refresh tokens of Azure's registries.</summary>
/// <remarks>Source: Azure Container Registry, "Authenticating with a token" (POST /oauth2/exchange).</remarks>
internal sealed class AzureLogin(EnvironmentVariables environment, CloudClient client) : ICloudLogin
{
    // A registry's refresh tokens are valid for three hours; the response does not state this.
    private static readonly TimeSpan s_life = TimeSpan.FromHours(3);

    private readonly AzureTokens _tokens = new(environment, client);

    public string Places => AzureTokens.Places;

    public async Task<CloudLogin?> FindAsync(string registry, CancellationToken cancellationToken)
    {
        if (await _tokens.FindAsync(AzureCloud.Of(registry), cancellationToken) is not var (token, place))
            return null;
        List<KeyValuePair<string, string>> fields =
            [new("grant_type", "access_token"), new("service", registry), new("access_token", token)];
        if (environment.NonEmpty("AZURE_TENANT_ID") is { } tenant)
            fields.Add(new("tenant", tenant));
        CloudResponse response = await client.AskAsync(
            () => new HttpRequestMessage(HttpMethod.Post, $"https://{registry}/oauth2/exchange")
            {
                Content = new FormUrlEncodedContent(fields)
            },
            cancellationToken);
        JsonElement json = CloudJson.Read(response.Body);
        if (response.IsSuccess && json.Text("refresh_token") is { } refresh)
            return new CloudLogin(new Credential.IdentityToken(refresh), client.Clock.GetUtcNow() + s_life, place);
        throw new CloudException(
            $"{registry} does not accept the token of {place} (status {response.Status.ToString(CultureInfo.InvariantCulture)})");
    }
}
