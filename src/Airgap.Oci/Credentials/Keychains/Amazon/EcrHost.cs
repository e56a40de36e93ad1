namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>An Amazon registry's host, and the service that issues its passwords.</summary>
/// <param name="Account">The account's number; null for the public gallery.</param>
/// <param name="Region">Its region.</param>
/// <param name="Endpoint">The service that issues passwords.</param>
/// <param name="Target">The operation's full name.</param>
/// <param name="SigningName">The service's name in signatures.</param>
internal sealed record EcrHost(string? Account, AwsRegion Region, Uri Endpoint, string Target, string SigningName)
{
    /// <summary>Reads a host for which <see cref="KeychainHosts.IsAmazon"/> is true.</summary>
    public static EcrHost Parse(string registry)
    {
        string[] labels = registry.ToLowerInvariant().Split('.');
        if (labels is not [{ } account, "dkr", { } service, { } region, .. { } domain])
        {
            AwsRegion gallery = AwsRegion.OfPublicGallery;
            return new EcrHost(null, gallery, gallery.Endpoint("api.ecr-public"),
                "SpencerFrontendService.GetAuthorizationToken", "ecr-public");
        }

        AwsRegion own = new(region, string.Join('.', domain));
        string name = service == "ecr-fips" ? "ecr-fips" : "api.ecr";
        return new EcrHost(account, own, own.Endpoint(name), "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", "ecr");
    }
}
