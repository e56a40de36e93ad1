using Airgap.Trust.Signers;

namespace Airgap.Trust.Policies;

/// <summary>One requirement of a policy; all of a scope have to hold.</summary>
internal abstract record PolicyRequirement
{
    private PolicyRequirement()
    {
    }

    /// <summary><c>reject</c>.</summary>
    public sealed record Reject : PolicyRequirement;

    /// <summary><c>insecureAcceptAnything</c>.</summary>
    public sealed record AcceptAnything : PolicyRequirement;

    /// <summary>A requirement that this version does not have (<c>signedBy</c>): whatever it is asked for is refused.</summary>
    public sealed record Unsupported(string Type) : PolicyRequirement;

    /// <summary><c>sigstoreSigned</c>.</summary>
    public sealed record Signed(IReadOnlyList<Signer> AnyOf, SignedIdentity Identity) : PolicyRequirement;
}
