using Airgap.Trust.Formats;

namespace Airgap.Trust.Notation;

/// <summary>A trust policy's rules for some repositories.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Scopes">The repositories; <c>*</c> alone for all.</param>
/// <param name="Level">What is enforced.</param>
/// <param name="Stores">Trust stores, each <c>type:name</c>.</param>
/// <param name="Identities">Whose certificates count; <c>*</c> alone for all of the stores.</param>
/// <param name="AlwaysStamped">True if a timestamp is required even while the certificate is valid.</param>
internal sealed record NotationStatement(
    string Name, IReadOnlyList<string> Scopes, NotationLevel Level, IReadOnlyList<string> Stores,
    IReadOnlyList<NotationIdentity> Identities, bool AlwaysStamped)
{
    private const int MaxEntries = 1000;

    /// <summary>Reads one.</summary>
    public static NotationStatement Read(JsonFields fields)
    {
        string name = fields.NeededText("name");
        IReadOnlyList<string> scopes = fields.Texts("registryScopes", MaxEntries) ?? [];
        JsonFields verification = fields.NeededObject("signatureVerification");
        NotationLevel level = NotationLevel.Read(verification);
        bool always = verification.Text("verifyTimestamp") switch
        {
            null or "" or "always" => true,
            "afterCertExpiry" => false,
            { } other => throw fields.Format.Invalid($"verifyTimestamp '{other}' is not known"),
        };
        verification.Only();
        IReadOnlyList<string> stores = fields.Texts("trustStores", MaxEntries) ?? [];
        IReadOnlyList<string> identities = fields.Texts("trustedIdentities", MaxEntries) ?? [];
        fields.Only();
        if (scopes.Count == 0 || (scopes.Contains("*") && scopes.Count > 1))
            throw fields.Format.Invalid($"the statement '{name}' has no scope, or '*' beside others");
        if (scopes.FirstOrDefault(scope => scope != "*" && !IsRepository(scope)) is { } wrong)
            throw fields.Format.Invalid($"the scope '{wrong}' is not a whole repository such as registry.example.com/app, or '*' alone");
        if (level.IsSkip ? stores.Count + identities.Count > 0 : stores.Count == 0 || identities.Count == 0)
            throw fields.Format.Invalid($"the statement '{name}' has to have trust stores and identities, and none at level skip");
        if (stores.FirstOrDefault(
            store => store.Split(':') is not ["ca" or "tsa" or "signingAuthority", { Length: > 0 } folder]
            || folder.AsSpan().ContainsAnyExcept(NameCharacters) || folder is "." or "..") is { } bad)
            throw fields.Format.Invalid($"'{bad}' is not a trust store");
        if (identities.Contains("*") && identities.Count > 1)
            throw fields.Format.Invalid($"the statement '{name}' has '*' beside other identities");
        NotationIdentity[] parsed = identities is ["*"]
            ? [] : [.. identities.Select(identity => NotationIdentity.Parse(identity, fields.Format))];
        if (parsed.FirstOrDefault(one => parsed.Any(other => other != one && one.Includes(other))) is { } wide)
            throw fields.Format.Invalid($"the identity '{wide.Text}' includes another one of the statement '{name}'");
        return new NotationStatement(name, scopes, level, stores, parsed, always);
    }

    private static bool IsRepository(string scope) => scope.IndexOf('/') is > 0 and int slash
        && !scope.AsSpan(0, slash).ContainsAnyExcept(NameCharacters + ":")
        && scope[(slash + 1)..].Split('/').All(
            part => part.Length > 0 && !part.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789_.-"));


    private const string NameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
}
