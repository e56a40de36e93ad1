using System.Globalization;
using System.Text;
using System.Text.Json;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>
/// Exchanges keys for passwords of Amazon's registries. Keys are looked up in the same places and order as by Amazon's
/// own programs.
/// </summary>
/// <remarks>Source: Amazon ECR API reference, GetAuthorizationToken; Amazon ECR Public API reference, the same.</remarks>
internal sealed class AmazonLogin : ICloudLogin
{
    private readonly IAwsKeySource[] _sources;
    private readonly CloudClient _client;

    public AmazonLogin(EnvironmentVariables environment, CloudClient client)
    {
        _client = client;
        AwsRoles roles = new(client);
        AwsEnvironmentKeys variables = new(environment);
        AwsContainerKeys container = new(environment, client);
        AwsInstanceKeys instance = new(environment, client);
        Dictionary<string, IAwsKeySource> elsewhere = new(StringComparer.Ordinal)
        {
            ["Environment"] = variables,
            ["EcsContainer"] = container,
            ["Ec2InstanceMetadata"] = instance,
        };
        _sources = [variables, new AwsWebIdentityKeys(environment, roles), new AwsProfileKeys(environment, roles, elsewhere),
            container, instance];
    }

    public string Places => string.Join(", ", _sources.Select(source => source.Place));

    public async Task<CloudLogin?> FindAsync(string registry, CancellationToken cancellationToken)
    {
        EcrHost host = EcrHost.Parse(registry);
        foreach (IAwsKeySource source in _sources)
        {
            if (await source.FindAsync(host.Region, cancellationToken) is { } keys)
                return await BuyAsync(host, keys, source.Place, cancellationToken);
        }

        return null;
    }

    private async Task<CloudLogin> BuyAsync(EcrHost host, AwsKeys keys, string place, CancellationToken cancellationToken)
    {
        byte[] body = Encoding.UTF8.GetBytes(host.Account is null ? "{}" : $$"""{"registryIds":["{{host.Account}}"]}""");
        CloudAnswer answer = await _client.AskAsync(
            () =>
            {
                HttpRequestMessage request = new(HttpMethod.Post, host.Endpoint) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new("application/x-amz-json-1.1");
                request.Headers.Add("X-Amz-Target", host.Target);
                AwsSignature.Sign(request, body, keys, host.Region.Name, host.SigningName, _client.Clock.GetUtcNow());
                return request;
            },
            cancellationToken);
        JsonElement json = CloudJson.Read(answer.Body);
        if (!answer.IsSuccess)
        {
            string? what = json.Text("__type")?.Split('#')[^1];
            string? said = json.Text("message") ?? json.Text("Message");
            throw new CloudException(
                $"{host.Endpoint.Host} refused the keys of {place} " +
                $"({what ?? answer.Status.ToString(CultureInfo.InvariantCulture)}{(said is null ? "" : $": {said.TrimEnd('.')}")})");
        }

        // Private registries return a list with one element, the public gallery the element itself.
        JsonElement data = json.ValueKind == JsonValueKind.Object
            && json.TryGetProperty("authorizationData", out JsonElement found) ? found : default;
        if (data.ValueKind == JsonValueKind.Array && data.GetArrayLength() > 0)
            data = data[0];
        DateTimeOffset expires = data.Number("expiresAt") is { } seconds and > 0 and < 1e11
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : _client.Clock.GetUtcNow().AddHours(1);
        return Decode(data.Text("authorizationToken")) is { } credential
            ? new CloudLogin(credential, expires, place)
            : throw new CloudException($"the response of {host.Endpoint.Host} contains no token");
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
