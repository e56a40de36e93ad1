namespace Airgap.Oci;

/// <summary>Credentials of a registry. Never shown: <see cref="ToString"/> names only the kind.</summary>
internal abstract record Credential
{
    /// <summary>No credentials; no further source is tried.</summary>
    public sealed record Anonymous : Credential
    {
        /// <inheritdoc/>
        public override string ToString() => "anonymous";
    }

    /// <summary>User name and password, for basic authentication or a token request.</summary>
    public sealed record Basic(string UserName, string Password) : Credential
    {
        /// <inheritdoc/>
        public override string ToString() => "username and password";
    }

    /// <summary>A refresh token (docker's <c>identitytoken</c>), which is exchanged for bearer tokens.</summary>
    public sealed record IdentityToken(string Token) : Credential
    {
        /// <inheritdoc/>
        public override string ToString() => "identity token";
    }

    /// <summary>A bearer token, sent unchanged.</summary>
    public sealed record Bearer(string Token) : Credential
    {
        /// <inheritdoc/>
        public override string ToString() => "bearer token";
    }
}
