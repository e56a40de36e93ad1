namespace Airgap.Publishing.Signing;

/// <summary>The user's settings for the signing key.</summary>
/// <param name="Key">The private key, PEM; with <paramref name="Command"/> the public one.</param>
/// <param name="PasswordFile">The file with its password; null to read it from the environment.</param>
/// <param name="Command">The signing program; null for none.</param>
internal sealed record SigningSettings(string Key, string? PasswordFile, string? Command)
{
    /// <summary>The variables that may hold the password, in this order: ours, and cosign's.</summary>
    public static IReadOnlyList<string> PasswordVariables { get; } = ["AIRGAP_SIGNING_PASSWORD", "COSIGN_PASSWORD"];
}
