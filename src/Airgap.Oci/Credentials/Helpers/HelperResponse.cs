using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Airgap.Oci.Credentials.Helpers;

/// <summary>Reads a helper's output.</summary>
/// <remarks>Source: the credential helper protocol (docker login reference; docker-credential-helpers).</remarks>
internal static class HelperResponse
{
    private const string IdentityTokenUser = "<token>";

    // In the protocol, these texts appear on standard output with exit code 1.
    private static readonly string[] s_absent = ["credentials not found in native keychain", "no credentials username"];
    private const string MissingServer = "no credentials server URL";

    /// <summary>True when the helper works but has no credentials for the server.</summary>
    public static bool IsAbsent(HelperOutput output) => output.ExitCode != 0 && s_absent.Any(text => Says(output, text));

    /// <summary>True when another attempt would fail the same way.</summary>
    public static bool IsFinal(HelperOutput output) => Says(output, MissingServer);

    /// <summary>Reads the JSON of a success.</summary>
    /// <param name="output">The helper's output.</param>
    /// <param name="credential">Null for an answer without a secret: the helper has no credentials.</param>
    /// <returns>False when it is not the JSON that the protocol requires.</returns>
    public static bool TryRead(HelperOutput output, out Credential? credential)
    {
        credential = null;
        if (!TryReadFields(output.Out, out string? userName, out string? secret))
            return false;
        if (userName == IdentityTokenUser && secret.Length > 0)
            credential = new Credential.IdentityToken(secret);
        else if (userName.Length > 0 && secret.Length > 0)
            credential = new Credential.Basic(userName, secret);
        return true;
    }

    /// <summary>The user name and secret in a JSON answer; empty if a field is missing.</summary>
    public static bool TryReadFields(string json, [NotNullWhen(true)] out string? userName, [NotNullWhen(true)] out string? secret)
    {
        userName = null;
        secret = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return false;
            userName = "";
            secret = "";
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name.Equals("Username", StringComparison.OrdinalIgnoreCase))
                    userName = property.Value.GetString() ?? "";
                else if (property.Name.Equals("Secret", StringComparison.OrdinalIgnoreCase))
                    secret = property.Value.GetString() ?? "";
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool Says(HelperOutput output, string text) =>
        output.Out.Contains(text, StringComparison.OrdinalIgnoreCase) || output.Error.Contains(text, StringComparison.OrdinalIgnoreCase);
}
