using System.ComponentModel;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Credentials.Helpers;

namespace Airgap.Publishing.Signing;

/// <summary>
/// A signing program, for keys in a PKCS#11 token or a KMS. It reads the SHA-256 digest as 64 hex digits and a line
/// feed from standard input, and writes the signature in base64 to standard output: ECDSA as ASN.1 DER, RSA as PKCS#1
/// v1.5 with SHA-256. Its environment is that of this process, so that it finds its PIN.
/// </summary>
internal static class SignCommand
{
    private const int MostOutput = 64 * 1024;

    /// <summary>Its time limit: a person may have to touch a token.</summary>
    public static TimeSpan TimeLimit { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Has a digest signed.</summary>
    /// <param name="command">The command line.</param>
    /// <param name="digest">The SHA-256 digest.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <param name="timeLimit">The time limit; null for <see cref="TimeLimit"/>.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.SigningFailed"/>.</exception>
    public static async Task<byte[]> RunAsync(
        string command, byte[] digest, CancellationToken cancellationToken, TimeSpan? timeLimit = null)
    {
        TimeSpan limit = timeLimit ?? TimeLimit;
        HelperOutput output;
        try
        {
            byte[] input = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(digest) + "\n");
            output = await HelperProcess.RunAsync(
                ShellCommand.Start(command, Environment.CurrentDirectory, environment: null), input, MostOutput, limit,
                TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw Failure($"The signing program did not end within {limit.TotalSeconds:0.###} seconds, and was ended", e);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw Failure("The signing program could not be run", e);
        }

        if (output.ExitCode != 0)
            throw Failure($"The signing program failed with exit code {output.ExitCode}{Beginning(output.Error)}", null);
        string text = string.Concat(output.Out.Where(character => !char.IsWhiteSpace(character)));
        byte[] signature = new byte[(text.Length * 3 / 4) + 3];
        return !output.IsTooLong && text.Length > 0 && Convert.TryFromBase64String(text, signature, out int written)
            ? signature[..written]
            : throw Failure("The signing program wrote no signature in base64", null);
    }

    private static string Beginning(string error) => error.Trim() is { Length: > 0 } text ? $": {text[..Math.Min(text.Length, 500)]}" : "";

    private static AirgapException Failure(string why, Exception? inner) => new(
        ErrorCode.SigningFailed, $"{why}.",
        "The program must read a SHA-256 digest in hex from standard input and write the signature in base64 to standard output.", inner);
}
