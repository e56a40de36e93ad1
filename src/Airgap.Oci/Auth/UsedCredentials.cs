using Airgap.Oci.Naming;

namespace Airgap.Oci.Registry.Auth;

/// <summary>What a refused request was authorized with: which source's credentials, never the secret.</summary>
/// <param name="Repository">The repository they are for.</param>
/// <param name="Credential">The credentials; null when no source has any.</param>
/// <param name="Source">The source's description.</param>
internal sealed record UsedCredentials(RepositoryName Repository, Credential? Credential, string Source)
{
    /// <summary>The end of a message about a refusal: empty for codes that credentials have no part in.</summary>
    public string Tell(ErrorCode code) => (code, Credential) switch
    {
        (ErrorCode.Unauthorized, null) => $" (no source has credentials for {Repository})",
        (ErrorCode.Unauthorized, Credential.Anonymous) => $" (asked without credentials, as {Source} says)",
        (ErrorCode.Unauthorized, _) => $" (refused: the {Credential} from {Source})",
        (ErrorCode.Forbidden, not (null or Credential.Anonymous)) => $" (asked with the {Credential} from {Source})",
        _ => "",
    };

    /// <summary>What to do about it; null where the code's own advice is right.</summary>
    public string? Advise(ErrorCode code) => (code, Credential) switch
    {
        (ErrorCode.Unauthorized, null) => null,
        (ErrorCode.Unauthorized, Credential.Anonymous) => $"Give credentials for {Repository.Registry} in {Source}.",
        (ErrorCode.Unauthorized, _) => $"Correct the credentials for {Repository.Registry} in {Source}, or log in again.",
        _ => null,
    };

    /// <summary>The same failure, with what was refused.</summary>
    public AirgapException AddTo(AirgapException refusal) => new(
        refusal.Code, refusal.Message.TrimEnd('.') + Tell(refusal.Code) + ".", Advise(refusal.Code) ?? refusal.Advice, refusal)
    {
        Reference = refusal.Reference,
        Digest = refusal.Digest,
        StatusCode = refusal.StatusCode,
    };

    /// <summary>Never the secret.</summary>
    public override string ToString() => $"{Credential} from {Source}";
}
