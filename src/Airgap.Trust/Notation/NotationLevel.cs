using Airgap.Trust.Formats;

namespace Airgap.Trust.Notation;

/// <summary>The checks that are enforced. A check that is not enforced is only reported. Integrity is always enforced.</summary>
/// <param name="IsSkip">True if nothing is verified.</param>
/// <param name="Authenticity">Chain to a trust store, and the identity.</param>
/// <param name="Timestamp">That the certificate was valid when it signed.</param>
/// <param name="Expiry">That the signature has not expired.</param>
internal sealed record NotationLevel(bool IsSkip, bool Authenticity, bool Timestamp, bool Expiry)
{
    /// <summary>Reads <c>level</c> and <c>override</c>.</summary>
    public static NotationLevel Read(JsonFields fields)
    {
        NotationLevel level = fields.NeededText("level") switch
        {
            "strict" => new NotationLevel(false, true, true, true),
            "permissive" => new NotationLevel(false, true, false, false),
            "audit" => new NotationLevel(false, false, false, false),
            "skip" => new NotationLevel(true, false, false, false),
            { } other => throw fields.Format.Invalid($"the level '{other}' is not known"),
        };
        if (fields.Object("override") is not { } changed)
            return level;
        if (level.IsSkip)
            throw fields.Format.Invalid("the level skip has nothing to override");
        level = level with
        {
            Authenticity = Enforced(changed, "authenticity", level.Authenticity),
            Timestamp = Enforced(changed, "authenticTimestamp", level.Timestamp),
            Expiry = Enforced(changed, "expiry", level.Expiry),
        };

        // Revocation is skipped in any case, and the verdict says so.
        Enforced(changed, "revocation", true);
        changed.Only();
        return level;
    }

    private static bool Enforced(JsonFields fields, string name, bool otherwise) => fields.Text(name) switch
    {
        null => otherwise,
        "enforce" => true,
        "log" => false,
        "skip" when name is "revocation" => false,
        { } other => throw fields.Format.Invalid($"'{name}' cannot be '{other}'"),
    };
}
