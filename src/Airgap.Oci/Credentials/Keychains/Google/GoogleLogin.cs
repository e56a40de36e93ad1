using System.Text.Json;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains.Google;

/// <summary>A service account's key file, else the token of the service account that this machine or pod runs as.</summary>
/// <remarks>Source: Artifact Registry, "Configure authentication to Artifact Registry for Docker"; Compute Engine, "Authenticate
/// applications directly with access tokens".</remarks>
internal sealed class GoogleLogin(EnvironmentVariables environment, CloudClient client) : ICloudLogin
{
    private const string KeyFile = "GOOGLE_APPLICATION_CREDENTIALS";

    // Where the response states no lifetime, or none that can be meant.
    private const int DefaultSeconds = 300;

    public string Places => $"{KeyFile}, the machine's service account";

    public async Task<CloudLogin?> FindAsync(string registry, CancellationToken cancellationToken)
    {
        if (environment.NonEmpty(KeyFile) is { } path)
        {
            string text = await CloudFiles.ReadAsync(path, cancellationToken);
            string? type = CloudJson.Read(System.Text.Encoding.UTF8.GetBytes(text)).Text("type");
            // A key does not expire by itself.
            if (type == "service_account")
                return new CloudLogin(new Credential.Basic("_json_key", text), DateTimeOffset.MaxValue, KeyFile);
            throw new CloudException(
                $"the file '{path}' that {KeyFile} names is " +
                $"{(type is null ? "not a Google key file" : $"of the type {type}, which only Google's own helper can use")}");
        }

        string host = environment.NonEmpty("GCE_METADATA_HOST") ?? "metadata.google.internal";
        if (await client.RequestMetadataAsync(
            () =>
            {
                HttpRequestMessage request = new(
                    HttpMethod.Get, $"http://{host}/computeMetadata/v1/instance/service-accounts/default/token");
                request.Headers.Add("Metadata-Flavor", "Google");
                return request;
            },
            cancellationToken) is not { IsSuccess: true } answer)
            return null;
        JsonElement json = CloudJson.Read(answer.Body);
        double seconds = json.Number("expires_in") is { } given and > 0 ? Math.Min(given, int.MaxValue) : DefaultSeconds;
        return json.Text("access_token") is { } token
            ? new CloudLogin(new Credential.Basic("_token", token), client.Clock.GetUtcNow().AddSeconds(seconds),
                "the machine's service account")
            : null;
    }
}
