using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>The keys of a virtual machine's role, by version 2 of its metadata service.</summary>
/// <remarks>Source: Amazon EC2 user guide, "Retrieve security credentials from instance metadata".</remarks>
internal sealed class AwsInstanceKeys(EnvironmentVariables environment, CloudClient client) : IAwsKeySource
{
    private const string Roles = "latest/meta-data/iam/security-credentials/";

    // Where a container is one hop too far away, the response is lost on its way.
    private static readonly TimeSpan s_sessionLimit = TimeSpan.FromSeconds(1);

    public string Place => "the instance's role";

    public async Task<AwsKeys?> FindAsync(AwsRegion region, CancellationToken cancellationToken)
    {
        if (string.Equals(environment["AWS_EC2_METADATA_DISABLED"], "true", StringComparison.OrdinalIgnoreCase))
            return null;
        Uri service = new(environment.NonEmpty("AWS_EC2_METADATA_SERVICE_ENDPOINT")?.TrimEnd('/') + "/" is { Length: > 1 } given
            ? given : "http://169.254.169.254/");
        if (await client.RequestMetadataAsync(
            () =>
            {
                HttpRequestMessage opening = new(HttpMethod.Put, new Uri(service, "latest/api/token"));
                opening.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", "300");
                return opening;
            },
            cancellationToken, s_sessionLimit) is not { IsSuccess: true } session)
            return null;
        if (await GetAsync(Roles) is not { IsSuccess: true } roles)
            return null;
        string role = roles.Text.Split('\n')[0].Trim();
        return role.Length > 0 && await GetAsync(Roles + Uri.EscapeDataString(role)) is { } response
            ? AwsContainerKeys.Read(response) : null;

        Task<CloudResponse?> GetAsync(string path) => client.RequestMetadataAsync(
            () =>
            {
                HttpRequestMessage request = new(HttpMethod.Get, new Uri(service, path));
                request.Headers.TryAddWithoutValidation("X-aws-ec2-metadata-token", session.Text);
                return request;
            },
            cancellationToken);
    }
}
