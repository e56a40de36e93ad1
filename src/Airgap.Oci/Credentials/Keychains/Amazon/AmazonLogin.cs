using System.Text;
using System.Text.Json;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>
/// Exchanges keys for passwords of Amazon's registries. Keys are looked up in the same places and order as by Amazon's
/// own programs.
/// </summary>
/// <remarks>Source: Amazon ECR API reference, GetAuthorizationToken; Amazon ECR Public API reference, the same.</remarks>
internal sealed class AmazonLogin(EnvironmentVariables environment, CloudClient client) : ICloudLogin
{
    private readonly AwsKeyChain _keys = new(environment, client);
    private readonly EcrService _service = new(environment, client);

    public string Places => _keys.Places;

    public async Task<CloudLogin?> FindAsync(string registry, CancellationToken cancellationToken)
    {
        EcrHost host = EcrHost.Parse(registry);
        return await _keys.FindAsync(host.Region, cancellationToken) is ({ } keys, { } place)
            ? await BuyAsync(host, keys, place, cancellationToken)
            : null;
    }

    private async Task<CloudLogin> BuyAsync(EcrHost host, AwsKeys keys, string place, CancellationToken cancellationToken)
    {
        byte[] body = Encoding.UTF8.GetBytes(host.IsGallery ? "{}" : $$"""{"registryIds":["{{host.Account}}"]}""");
        EcrResponse response = await _service.CallAsync(host, "GetAuthorizationToken", body, keys, cancellationToken);
        if (!response.IsSuccess)
            throw new CloudException($"{response.Place} refused the keys of {place} ({response.Reason})");
        JsonElement json = response.Json;

        // Private registries return a list with one element, the public gallery the element itself.
        JsonElement data = json.ValueKind == JsonValueKind.Object
            && json.TryGetProperty("authorizationData", out JsonElement found) ? found : default;
        if (data.ValueKind == JsonValueKind.Array && data.GetArrayLength() > 0)
            data = data[0];
        DateTimeOffset expires = data.Number("expiresAt") is { } seconds and > 0 and < 1e11
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : client.Clock.GetUtcNow().AddHours(1);
        return Decode(data.Text("authorizationToken")) is { } credential
            ? new CloudLogin(credential, expires, place)
            : throw new CloudException($"the response of {response.Place} contains no token");
    }

    private static Credential.Basic? Decode(string? token)
    {
        byte[] bytes = new byte[token?.Length ?? 0];
        if (token is null || !Convert.TryFromBase64String(token, bytes, out int length))
            return null;
        return Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2) is [{ Length: > 0 } user, { Length: > 0 } password]
            ? new Credential.Basic(user, password)
            : null;
    }
}
