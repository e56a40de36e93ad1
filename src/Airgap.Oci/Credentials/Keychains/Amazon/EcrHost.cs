namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>An Amazon registry's host, and the service that issues its passwords and manages its repositories.</summary>
/// <param name="Account">The account's number; null for the public gallery.</param>
/// <param name="Region">Its region.</param>
/// <param name="Endpoint">The service.</param>
/// <param name="Api">The start of the operations' full names.</param>
/// <param name="SigningName">The service's name in signatures.</param>
/// <remarks>
/// Source: Amazon ECR user guide, "Getting started with making requests over IPv6", and the services' endpoints.
/// </remarks>
internal sealed record EcrHost(string? Account, AwsRegion Region, Uri Endpoint, string Api, string SigningName)
{
    private const string PrivateApi = "AmazonEC2ContainerRegistry_V20150921.";
    private const string GalleryApi = "SpencerFrontendService.";

    /// <summary>True for the public gallery.</summary>
    public bool IsGallery => Account is null;

    /// <summary>The variable that names another address of the service.</summary>
    public string EndpointVariable => IsGallery ? "ECR_PUBLIC" : "ECR";

    /// <summary>Reads a host for which <see cref="KeychainHosts.IsAmazon"/> is true.</summary>
    public static EcrHost Parse(string registry) => registry.ToLowerInvariant().Split('.') switch
    {
        [var account, "dkr", var service, var region, .. var domain] => Private(
            account, new(region, string.Join('.', domain)), service == "ecr-fips" ? "ecr-fips" : "api.ecr", null),
        [var account, var service, var region, "on", .. var domain] => Private(
            account, new(region, domain is ["aws"] ? "amazonaws.com" : "amazonaws.com.cn"),
            service == "dkr-ecr-fips" ? "ecr-fips" : "ecr", $"api.{string.Join('.', domain)}"),
        ["ecr-public", ..] => Gallery(new Uri("https://ecr-public.us-east-1.api.aws/")),
        _ => Gallery(AwsRegion.OfPublicGallery.Endpoint("api.ecr-public")),
    };

    private static EcrHost Private(string account, AwsRegion region, string service, string? domain) => new(
        account, region, domain is null ? region.Endpoint(service) : new Uri($"https://{service}.{region.Name}.{domain}/"), PrivateApi,
        "ecr");

    private static EcrHost Gallery(Uri endpoint) => new(null, AwsRegion.OfPublicGallery, endpoint, GalleryApi, "ecr-public");
}
