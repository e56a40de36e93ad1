using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Trust.Policies;
using Airgap.Trust.Signers;
using Airgap.Trust.Stored;

namespace Airgap.Trust.Verifying;

/// <summary>Verifies an image by a policy.json: it must meet every requirement of its scope.</summary>
internal sealed class PolicyVerifier(ContainersPolicy policy, ISignatureStore store, TimeProvider clock)
{
    private const string Advice = "Change the policy, or leave this image out.";

    /// <summary>Verifies the signatures.</summary>
    /// <param name="image">The image as requested; scopes and identities use this name.</param>
    /// <param name="digest">The resolved digest.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public async Task<Verdict> VerifyAsync(ImageReference image, Digest digest, CancellationToken cancellationToken)
    {
        ImageVerifier verifier = new(store, clock);
        List<SignedBy> by = [];
        IReadOnlyList<PolicyRequirement> requirements = policy.For(image);
        if (requirements.Any(requirement => requirement is PolicyRequirement.Reject))
            return new Verdict([], new Diagnostic(ErrorCode.RejectedByPolicy, $"{image} is rejected by the policy.", Advice));
        if (requirements.OfType<PolicyRequirement.Unsupported>().FirstOrDefault() is { } unsupported)
        {
            return new Verdict([], new Diagnostic(
                ErrorCode.UnsupportedTrustPolicy, $"The policy requires '{unsupported.Type}' for {image}, which is not supported.",
                "Require 'sigstoreSigned' instead, or leave this image out."));
        }

        foreach (PolicyRequirement.Signed signed in requirements.OfType<PolicyRequirement.Signed>())
        {
            SignatureDemand demand = new() { AnyOf = signed.AnyOf, Accepts = name => signed.Identity.Accepts(image, name) };
            Verdict verdict = await verifier.VerifyAsync(digest, image.ToString(), demand, cancellationToken);
            if (!verdict.IsAccepted)
                return verdict;
            by.AddRange(verdict.By);
        }

        return new Verdict(by, null);
    }
}
