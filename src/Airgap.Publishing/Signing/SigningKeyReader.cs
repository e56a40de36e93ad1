using Airgap.Oci;
using Airgap.Publishing.Trusting;
using Airgap.Trust.Keys;
using Airgap.Trust.Signing;

namespace Airgap.Publishing.Signing;

/// <summary>Reads the key that signs. A password never stands on a command line or in a property: a file or a variable has it.</summary>
internal static class SigningKeyReader
{
    private const int MaxPassword = 64 * 1024;

    /// <summary>Reads it.</summary>
    /// <param name="settings">What the user says.</param>
    /// <param name="variable">Gives a variable of the environment.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidSigningKey"/>, <see cref="ErrorCode.SigningPassword"/>,
    /// <see cref="ErrorCode.InvalidTrustKey"/>, 3xxx: a file.</exception>
    public static SigningKey Read(SigningSettings settings, Func<string, string?> variable)
    {
        byte[] pem = TrustRuleReader.ReadFile(settings.Key);
        if (settings.Command is not { } command)
            return SigningKeyFile.Read(pem, settings.Key, PasswordOf(settings, variable));
        VerificationKey verifier = KeyFile.Read(pem, settings.Key);
        if (verifier is Ed25519Key)
            throw new AirgapException(
                ErrorCode.InvalidSigningKey, $"The key {settings.Key} is of Ed25519, which signs no digest.",
                "Have the command sign by a key of ECDSA or RSA.");
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
                ErrorCode.SigningPassword, $"The file {file} is too large for a password.", "Name a file with the password alone.");
        string text = System.Text.Encoding.UTF8.GetString(bytes);

        // Editors end the last line, and no password ends so.
        return text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
    }
}
