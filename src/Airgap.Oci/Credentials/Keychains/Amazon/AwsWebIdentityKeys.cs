using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>A role and the token of another identity provider, as EKS sets them for the pods of a service account.</summary>
internal sealed class AwsWebIdentityKeys(EnvironmentVariables environment, AwsRoles roles) : IAwsKeySource
{
    public string Place => "AWS_WEB_IDENTITY_TOKEN_FILE";

    public async Task<AwsKeys?> FindAsync(AwsRegion region, CancellationToken cancellationToken) =>
        environment.NonEmpty("AWS_WEB_IDENTITY_TOKEN_FILE") is { } file && environment.NonEmpty("AWS_ROLE_ARN") is { } role
            ? await roles.AssumeWithTokenAsync(region, role, file, environment.NonEmpty("AWS_ROLE_SESSION_NAME"), cancellationToken)
            : null;
}
