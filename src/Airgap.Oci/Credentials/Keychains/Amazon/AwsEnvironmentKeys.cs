using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>Keys in the environment, as CI systems and shells set them.</summary>
internal sealed class AwsEnvironmentKeys(EnvironmentVariables environment) : IAwsKeySource
{
    public string Place => "AWS_ACCESS_KEY_ID";

    public Task<AwsKeys?> FindAsync(AwsRegion region, CancellationToken cancellationToken) => Task.FromResult(
        environment.NonEmpty("AWS_ACCESS_KEY_ID") is { } id && environment.NonEmpty("AWS_SECRET_ACCESS_KEY") is { } secret
            ? new AwsKeys(id, secret, environment.NonEmpty("AWS_SESSION_TOKEN"))
            : null);
}
