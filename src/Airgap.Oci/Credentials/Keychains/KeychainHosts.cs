namespace Airgap.Oci.Credentials.Keychains;

/// <summary>Decides which registries belong to which cloud. No other host may receive a cloud's token.</summary>
internal static class KeychainHosts
{
    public static bool IsGoogle(string registry) =>
        Is(registry, "gcr.io") || Ends(registry, ".gcr.io") || Ends(registry, "-docker.pkg.dev");

    public static bool IsAzure(string registry) =>
        Ends(registry, ".azurecr.io") || Ends(registry, ".azurecr.cn") || Ends(registry, ".azurecr.us");

    public static bool IsGitHub(string registry) => Is(registry, "ghcr.io");

    /// <summary>
    /// <c>ACCOUNT.dkr.ecr.REGION.amazonaws.com</c>, also <c>dkr.ecr-fips</c> and <c>.com.cn</c>, their dual-stack names
    /// <c>ACCOUNT.dkr-ecr.REGION.on.aws</c>, and the public gallery.
    /// </summary>
    public static bool IsAmazon(string registry) => IsAmazonGallery(registry) || registry.ToLowerInvariant().Split('.') is
        [{ Length: > 0 }, "dkr", "ecr" or "ecr-fips", { Length: > 0 }, "amazonaws", "com"]
        or [{ Length: > 0 }, "dkr", "ecr" or "ecr-fips", { Length: > 0 }, "amazonaws", "com", "cn"]
        or [{ Length: > 0 }, "dkr-ecr" or "dkr-ecr-fips", { Length: > 0 }, "on", "aws"]
        or [{ Length: > 0 }, "dkr-ecr", { Length: > 0 }, "on", "amazonwebservices", "com", "cn"];

    /// <summary>The two names of Amazon's public gallery.</summary>
    public static bool IsAmazonGallery(string registry) => Is(registry, "public.ecr.aws") || Is(registry, "ecr-public.aws.com");

    private static bool Is(string registry, string host) => registry.Equals(host, StringComparison.OrdinalIgnoreCase);

    private static bool Ends(string registry, string end) =>
        registry.Length > end.Length && registry.EndsWith(end, StringComparison.OrdinalIgnoreCase);
}
