using System.CommandLine;
using Airgap.Oci;
using Airgap.Publishing.Signing;
using Airgap.Trust.Signing;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// The flags that select a signing key. A password is never given on the command line, which other users of the machine
/// can read.
/// </summary>
internal sealed class SignFlags
{
    private readonly Option<string?> _key = Flag.Text(
        "--sign-key", "FILE",
        "Private key (PEM: cosign's, or PKCS#8, encrypted or not) to sign the output with: an archive, its parts, a receipt");
    private readonly Option<string?> _password = Flag.Text(
        "--sign-key-password-file", "FILE",
        "File with the key's password (default: the variable AIRGAP_SIGNING_PASSWORD, or cosign's COSIGN_PASSWORD)");

    private readonly Option<string?> _command = Flag.Text(
        "--sign-command", "COMMAND",
        "Program that signs, for a PKCS#11 token or a KMS: it reads a SHA-256 digest in hex and writes the signature in base64; " +
        "--sign-key is then the public key");

    private readonly Option<string?> _images = Flag.OptionalText(
        "--sign-images", string.Join('|', ImageSignatureForms.Words),
        "Also sign the images at the destination: in cosign's .sig tags, or as attached referrers", ImageSignatureForms.Words[0]);

    /// <summary>The flags.</summary>
    public IEnumerable<Option> All => [_key, _password, _command, _images];

    /// <summary>True when a key is given.</summary>
    public bool HasKey(ParseResult parsed) => parsed.GetText(_key) is not null;

    /// <summary>Reads the key; null when none is given.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.IncompatibleOptions"/>, or as
    /// <see cref="SigningKeyReader.Read"/>.</exception>
    public SigningKey? Read(ParseResult parsed)
    {
        if (parsed.GetText(_key) is { } key)
            return SigningKeyReader.Read(
                new SigningSettings(key, parsed.GetText(_password), parsed.GetText(_command)), Environment.GetEnvironmentVariable);
        foreach (Option<string?> other in new[] { _password, _command, _images })
        {
            if (parsed.GetText(other) is not null)
                throw new AirgapException(
                    ErrorCode.IncompatibleOptions, $"Flag {other.Name} can only be used with --sign-key", "Name the key that signs.");
        }

        return null;
    }

    /// <summary>How images are signed; null when they are not.</summary>
    public ImageSignatureForm? Form(ParseResult parsed) => parsed.GetText(_images) is not { } text ? null
        : ImageSignatureForms.Read(text)
        ?? throw new AirgapException(
            ErrorCode.InvalidArgument,
            $"'{text}' is not a value of --sign-images: it takes {string.Join(" or ", ImageSignatureForms.Words)}.",
            "Omit the value for cosign's tags.");
}
