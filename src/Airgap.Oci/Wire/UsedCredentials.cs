using Airgap.Oci.Naming;

namespace Airgap.Oci.Wire;

/// <summary>What a refused request was authorized with: which source's credentials, never the secret.</summary>
/// <param name="Repository">The repository they are for.</param>
/// <param name="Kind">The kind of the credentials; null when no source has any.</param>
/// <param name="IsAnonymous">True when the source says that there are to be none.</param>
/// <param name="Source">The source's description.</param>
internal sealed record UsedCredentials(RepositoryName Repository, string? Kind, bool IsAnonymous, string Source)
{
    /// <summary>The end of a message about a refusal: empty for codes that credentials have no part in.</summary>
    public string Tell(ErrorCode code) => (code, Kind) switch
    {
        (ErrorCode.Unauthorized, null) => $" (no source has credentials for {Repository})",
        (ErrorCode.Unauthorized, _) when IsAnonymous => $" (asked without credentials, as {Source} says)",
        (ErrorCode.Unauthorized, _) => $" (refused: the {Kind} from {Source})",
        (ErrorCode.Forbidden, not null) when !IsAnonymous => $" (asked with the {Kind} from {Source})",
        _ => "",
    };

    /// <summary>What to do about it; null where the code's own advice is right.</summary>
    public string? Advise(ErrorCode code) =>
        code != ErrorCode.Unauthorized || Kind is null ? null
        : IsAnonymous ? $"Give credentials for {Repository.Registry} in {Source}."
        : $"Correct the credentials for {Repository.Registry} in {Source}, or log in again.";

    /// <summary>The same failure, with what was refused.</summary>
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
