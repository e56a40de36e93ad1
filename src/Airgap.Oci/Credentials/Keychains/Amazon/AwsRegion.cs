namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>A region and the domain of its partition.</summary>
internal sealed record AwsRegion(string Name, string Domain)
{
    /// <summary>The region of the public gallery's token service.</summary>
    public static AwsRegion OfPublicGallery { get; } = new("us-east-1", "amazonaws.com");

    /// <summary>The address of a service in the region.</summary>
    public Uri Endpoint(string service) => new($"https://{service}.{Name}.{Domain}/");
}
