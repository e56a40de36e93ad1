namespace Airgap.Tool.CommandLine;

/// <summary>The names of the flags of every command with a registry, by what they say.</summary>
internal static class RegistryFlagNames
{
    /// <summary>Those that say how a registry is reached.</summary>
    public static IReadOnlyList<string> Connection { get; } =
    [
        RegistryFlags.Prefix + "ca-cert-path", RegistryFlags.Prefix + "verify-certs", RegistryFlags.Prefix + "insecure",
        RegistryFlags.Prefix + "response-header-timeout", RegistryFlags.Prefix + "connect-timeout",
        RegistryFlags.Prefix + "stall-timeout", RegistryFlags.Prefix + "retry-count", RegistryFlags.Prefix + "load-wait",
        RegistryFlags.Prefix + "certs-dir", RateFlag.Name,
    ];

    /// <summary>Those that say who asks.</summary>
    public static IReadOnlyList<string> Credentials { get; } =
    [
        RegistryFlags.Prefix + "username", RegistryFlags.Prefix + "password", RegistryFlags.Prefix + "token",
        RegistryFlags.Prefix + "anon",
    ];
}
