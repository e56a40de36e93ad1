using Airgap.Oci.Naming;

namespace Airgap.Oci.Wire;

/// <summary>The source of a refused request's credentials, never the secret.</summary>
/// <param name="Repository">The repository they are for.</param>
/// <param name="Kind">The kind of the credentials; null if no source has any.</param>
/// <param name="IsAnonymous">True when the source requires anonymous access.</param>
/// <param name="Source">The source's description.</param>
internal sealed record UsedCredentials(RepositoryName Repository, string? Kind, bool IsAnonymous, string Source)
{
    /// <summary>The end of a message about a refusal; empty for codes that do not concern credentials.</summary>
    public string Tell(ErrorCode code) => (code, Kind) switch
    {
        (ErrorCode.Unauthorized, null) => $" (no source has credentials for {Repository})",
        (ErrorCode.Unauthorized, _) when IsAnonymous => $" (sent without credentials, as {Source} requires)",
        (ErrorCode.Unauthorized, _) => $" (refused: the {Kind} from {Source})",
        (ErrorCode.Forbidden, not null) when !IsAnonymous => $" (sent with the {Kind} from {Source})",
        _ => "",
    };

    /// <summary>The advice; null if the code's own advice applies.</summary>
    public string? Advise(ErrorCode code) =>
        code != ErrorCode.Unauthorized || Kind is null ? null
        : IsAnonymous ? $"Give credentials for {Repository.Registry} in {Source}."
        : $"Correct the credentials for {Repository.Registry} in {Source}, or log in again.";

    /// <summary>The same failure, with the refused credentials named.</summary>
    public AirgapException AddTo(AirgapException refusal) => new(
        refusal.Code, refusal.Message.TrimEnd('.') + Tell(refusal.Code) + ".", Advise(refusal.Code) ?? refusal.Advice, refusal)
    {
        Reference = refusal.Reference,
        Digest = refusal.Digest,
        StatusCode = refusal.StatusCode,
    };

    /// <summary>Never the secret.</summary>
    public override string ToString() => $"{Kind} from {Source}";
}
