using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>The addresses of Amazon's services, which the environment may replace: by a VPC's own, or by a service for tests.</summary>
/// <remarks>Source: AWS SDKs and Tools reference guide, "Service-specific endpoints".</remarks>
internal sealed class AwsEndpoints(EnvironmentVariables environment)
{
    /// <summary>The address of a service.</summary>
    /// <param name="service">Its name in variables, such as <c>ECR</c>.</param>
    /// <param name="usual">The address without variables.</param>
    /// <exception cref="CloudException">A variable contains no absolute URL.</exception>
    public Uri Of(string service, Uri usual)
    {
        if (string.Equals(environment.NonEmpty("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true", StringComparison.OrdinalIgnoreCase))
            return usual;
        string name = "AWS_ENDPOINT_URL_" + service;
        if (environment.NonEmpty(name) is not { } text)
        {
            name = "AWS_ENDPOINT_URL";
            text = environment.NonEmpty(name);
        }

        return text is null ? usual
            : Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" ? uri
            : throw new CloudException($"{name} is not an http or https address");
    }
}
