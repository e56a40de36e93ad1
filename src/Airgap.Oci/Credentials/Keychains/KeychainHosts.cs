namespace Airgap.Oci.Credentials.Keychains;

/// <summary>Decides which registries belong to which cloud. No other host may receive a cloud's token.</summary>
internal static class KeychainHosts
{
    // The second line has the partitions that are isolated from the internet.
    private static readonly HashSet<string> s_amazonDomains =
    [
        "amazonaws.com", "amazonaws.com.cn", "amazonaws.eu",
        "c2s.ic.gov", "sc2s.sgov.gov", "cloud.adc-e.uk", "csp.hci.ic.gov",
    ];

    public static bool IsGoogle(string registry) =>
        Is(registry, "gcr.io") || Ends(registry, ".gcr.io") || Ends(registry, "-docker.pkg.dev");

    public static bool IsAzure(string registry) =>
        Ends(registry, ".azurecr.io") || Ends(registry, ".azurecr.cn") || Ends(registry, ".azurecr.us");

    public static bool IsGitHub(string registry) => Is(registry, "ghcr.io");

    /// <summary>
    /// <c>ACCOUNT.dkr.ecr.REGION.DOMAIN</c> in each of Amazon's partitions, also <c>dkr.ecr-fips</c>, their dual-stack names
    /// <c>ACCOUNT.dkr-ecr.REGION.on.DOMAIN</c>, and the public gallery.
    /// </summary>
    /// <remarks>Source: Amazon ECR user guide; the hosts that Amazon's own credential helper accepts.</remarks>
    public static bool IsAmazon(string registry) => IsAmazonGallery(registry) || registry.ToLowerInvariant().Split('.') switch
    {
        [{ Length: > 0 }, "dkr", "ecr" or "ecr-fips", { Length: > 0 }, .. var domain] => s_amazonDomains.Contains(string.Join('.', domain)),
        [{ Length: > 0 }, "dkr-ecr" or "dkr-ecr-fips", { Length: > 0 }, "on", "aws"] => true,
        [{ Length: > 0 }, "dkr-ecr", { Length: > 0 }, "on", "amazonwebservices", "com", "cn"] => true,
        _ => false,
    };

    /// <summary>The two names of Amazon's public gallery.</summary>
    public static bool IsAmazonGallery(string registry) => Is(registry, "public.ecr.aws") || Is(registry, "ecr-public.aws.com");

    private static bool Is(string registry, string host) => registry.Equals(host, StringComparison.OrdinalIgnoreCase);

    private static bool Ends(string registry, string end) =>
        registry.Length > end.Length && registry.EndsWith(end, StringComparison.OrdinalIgnoreCase);
}
