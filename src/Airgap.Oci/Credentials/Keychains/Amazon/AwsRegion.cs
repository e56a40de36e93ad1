namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>A region and the domain of its partition.</summary>
internal sealed record AwsRegion(string Name, string Domain)
{
    /// <summary>Where the public gallery's tokens are had.</summary>
    public static AwsRegion OfPublicGallery { get; } = new("us-east-1", "amazonaws.com");

    /// <summary>The address of a service in the region.</summary>
    public Uri Endpoint(string service) => new($"https://{service}.{Name}.{Domain}/");
}
