using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Airgap.Oci.Credentials.Docker;

/// <summary>One entry of <c>auths</c>, as written.</summary>
internal sealed class DockerAuthEntry
{
    /// <summary>Base64 of <c>user:password</c>.</summary>
    public string Auth { get; set; } = "";

    public string UserName { get; set; } = "";

    public string Password { get; set; } = "";

    public string IdentityToken { get; set; } = "";

    public string RegistryToken { get; set; } = "";

    /// <summary>The location of the entry.</summary>
    public required SourceLocation Location { get; init; }

    public bool IsEmpty => Auth.Length + UserName.Length + Password.Length + IdentityToken.Length + RegistryToken.Length == 0;

    /// <summary>
    /// The credentials; null for an empty entry, and for a user name without a password. <c>registrytoken</c> takes
    /// precedence over <c>identitytoken</c>, and that over a password.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidDockerConfig"/>: <c>auth</c> is not base64 of
    /// <c>user:password</c>.</exception>
    public Credential? ToCredential()
    {
        if (RegistryToken.Length > 0)
            return new Credential.Bearer(RegistryToken);
        if (IdentityToken.Length > 0)
            return new Credential.IdentityToken(IdentityToken);
        if (Auth.Length > 0)
        {
            return TryDecode(Auth, out Credential.Basic? basic) ? Login(basic.UserName, basic.Password) : throw new AirgapException(
                ErrorCode.InvalidDockerConfig,
                $"The docker config '{Location.File}' has an 'auth' in line {Location.Line} that is not base64 of user:password.",
                "Log in again with docker login, or write username and password instead of auth.")
            { Location = Location };
        }

        return Login(UserName, Password);
    }

    /// <summary>Never the content.</summary>
    public override string ToString() => nameof(DockerAuthEntry);

    // A user name without a password is not a login: the next source is asked.
    private static Credential.Basic? Login(string userName, string password) =>
        userName.Length > 0 && password.Length > 0 ? new Credential.Basic(userName, password) : null;

    private static bool TryDecode(string auth, [NotNullWhen(true)] out Credential.Basic? basic)
    {
        basic = null;
        // Hand-written configs lack the padding, or use the URL-safe alphabet.
        string text = auth.Trim().TrimEnd('=').Replace('-', '+').Replace('_', '/');
        text = text.PadRight((text.Length + 3) / 4 * 4, '=');
        byte[] bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out int count))
            return false;
        string pair = Encoding.UTF8.GetString(bytes, 0, count);
        int colon = pair.IndexOf(':');
        if (colon <= 0)
            return false;
        // Docker has written NULs after the password.
        basic = new Credential.Basic(pair[..colon], pair[(colon + 1)..].TrimEnd('\0'));
        return true;
    }
}
