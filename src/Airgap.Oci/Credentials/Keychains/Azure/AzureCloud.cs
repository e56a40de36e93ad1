namespace Airgap.Oci.Credentials.Keychains.Azure;

/// <summary>One of Azure's clouds: its token service and the resource of its tokens.</summary>
/// <param name="Authority">The directory's address.</param>
/// <param name="Resource">The resource whose tokens a registry accepts.</param>
internal sealed record AzureCloud(Uri Authority, string Resource)
{
    /// <summary>The cloud that a registry is in.</summary>
    public static AzureCloud Of(string registry) =>
        registry.EndsWith(".cn", StringComparison.OrdinalIgnoreCase)
            ? new(new Uri("https://login.chinacloudapi.cn/"), "https://management.chinacloudapi.cn/")
        : registry.EndsWith(".us", StringComparison.OrdinalIgnoreCase)
        ? new(new Uri("https://login.microsoftonline.us/"), "https://management.usgovcloudapi.net/")
        : new(new Uri("https://login.microsoftonline.com/"), "https://management.azure.com/");
}
