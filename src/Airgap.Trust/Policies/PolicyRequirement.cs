using Airgap.Trust.Signers;

namespace Airgap.Trust.Policies;

/// <summary>One requirement of a policy; an image must meet all of its scope.</summary>
internal abstract record PolicyRequirement
{
    private PolicyRequirement()
    {
    }

    /// <summary><c>reject</c>.</summary>
    public sealed record Reject : PolicyRequirement;

    /// <summary><c>insecureAcceptAnything</c>.</summary>
    public sealed record AcceptAnything : PolicyRequirement;

    /// <summary>An unsupported requirement (<c>signedBy</c>): it refuses every image.</summary>
    public sealed record Unsupported(string Type) : PolicyRequirement;

    /// <summary><c>sigstoreSigned</c>.</summary>
    public sealed record Signed(IReadOnlyList<Signer> AnyOf, SignedIdentity Identity) : PolicyRequirement;
}
