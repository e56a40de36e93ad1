using Airgap.Oci;
using Airgap.Publishing.Trusting;
using Airgap.Trust.Keys;
using Airgap.Trust.Signing;

namespace Airgap.Publishing.Signing;

/// <summary>
/// Reads the signing key. Its password comes from a file or a variable, never from a command line or a property.
/// </summary>
internal static class SigningKeyReader
{
    private const int MaxPassword = 64 * 1024;

    /// <summary>Reads it.</summary>
    /// <param name="settings">The user's settings.</param>
    /// <param name="variable">Returns an environment variable.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidSigningKey"/>, <see cref="ErrorCode.SigningPassword"/>,
    /// <see cref="ErrorCode.InvalidTrustKey"/>, 3xxx: a file.</exception>
    public static SigningKey Read(SigningSettings settings, Func<string, string?> variable)
    {
        KeyAddress.Refuse(
            settings.Key, ErrorCode.InvalidSigningKey,
            "Save the public key as a file ('cosign public-key' writes it), and name the file together with a signing command.");
        byte[] pem = TrustRuleReader.ReadFile(settings.Key);
        if (settings.Command is not { } command)
            return SigningKeyFile.Read(pem, settings.Key, PasswordOf(settings, variable));
        VerificationKey verifier = KeyFile.Read(pem, settings.Key);
        if (verifier is Ed25519Key)
            throw new AirgapException(
                ErrorCode.InvalidSigningKey, $"The key {settings.Key} is an Ed25519 key, which cannot sign a digest.",
                "Let the command sign with an ECDSA or RSA key.");
        return new CommandSigningKey(
            (digest, cancellationToken) => SignCommand.RunAsync(command, digest, cancellationToken), verifier, settings.Key);
    }

    private static string? PasswordOf(SigningSettings settings, Func<string, string?> variable)
    {
        if (settings.PasswordFile is not { } file)
            return SigningSettings.PasswordVariables.Select(variable).FirstOrDefault(value => value is not null);
        byte[] bytes = TrustRuleReader.ReadFile(file);
        if (bytes.Length > MaxPassword)
            throw new AirgapException(
                ErrorCode.SigningPassword, $"The file {file} is too large for a password.", "Name a file that contains only the password.");
        string text = System.Text.Encoding.UTF8.GetString(bytes);

        // Editors add a line feed at the end, which no password has.
        return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
    }
}
