namespace Airgap.Publishing.Signing;

/// <summary>By which key is signed, as the user says it.</summary>
/// <param name="Key">The private key, PEM; with <paramref name="Command"/> the public one.</param>
/// <param name="PasswordFile">The file with its password; null to look into the environment.</param>
/// <param name="Command">The program that signs a digest; null for none.</param>
internal sealed record SigningSettings(string Key, string? PasswordFile, string? Command)
{
    /// <summary>The variables that may hold the password, in this order: ours, and cosign's.</summary>
    public static IReadOnlyList<string> PasswordVariables { get; } = ["AIRGAP_SIGNING_PASSWORD", "COSIGN_PASSWORD"];
}
