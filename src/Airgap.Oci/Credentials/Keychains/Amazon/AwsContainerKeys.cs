using System.Net;
using System.Text.Json;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>The keys of a container's role, in ECS, CodeBuild and EKS (pod identities).</summary>
/// <remarks>Source: AWS SDKs and Tools reference guide, "Container credential provider".</remarks>
internal sealed class AwsContainerKeys(EnvironmentVariables environment, CloudClient client) : IAwsKeySource
{
    private const string Relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private const string Full = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

    // The addresses at which ECS and EKS answer in plain http; elsewhere it must be https or this machine.
    private static readonly IPAddress[] s_agents =
        [IPAddress.Parse("169.254.170.2"), IPAddress.Parse("169.254.170.23"), IPAddress.Parse("fd00:ec2::23")];

    public string Place => "the container's role";

    public async Task<AwsKeys?> FindAsync(AwsRegion region, CancellationToken cancellationToken)
    {
        Uri? uri = environment.NonEmpty(Relative) is { } path ? new Uri($"http://169.254.170.2/{path.TrimStart('/')}")
            : environment.NonEmpty(Full) is { } full ? Check(full)
            : null;
        if (uri is null)
            return null;
        string? token = environment.NonEmpty("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") is { } file
            ? await CloudFiles.ReadAsync(file, cancellationToken)
            : environment.NonEmpty("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        CloudResponse response = await client.RequestMetadataAsync(
            () =>
            {
                HttpRequestMessage request = new(HttpMethod.Get, uri);
                if (token is not null)
                    request.Headers.TryAddWithoutValidation("Authorization", token);
                return request;
            },
            cancellationToken) ?? throw new CloudException($"the container's credentials at {uri.Authority} cannot be reached");
        return Read(response) ?? throw new CloudException(
            $"{uri.Authority} returned no credentials for the container's role (status {response.Status})");
    }

    /// <summary>The keys in the answer of a container's or an instance's service, or null.</summary>
    public static AwsKeys? Read(CloudResponse response)
    {
        JsonElement json = response.IsSuccess ? CloudJson.Read(response.Body) : default;
        return json.Text("AccessKeyId") is { } id && json.Text("SecretAccessKey") is { } secret
            ? new AwsKeys(id, secret, json.Text("Token"))
            : null;
    }

    private static Uri Check(string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && IsHere(uri))))
            return uri;
        throw new CloudException($"{Full} is neither https nor an address of this machine");
    }

    private static bool IsHere(Uri uri) =>
        uri.IsLoopback || (IPAddress.TryParse(uri.IdnHost, out IPAddress? address) && s_agents.Contains(address));
}
