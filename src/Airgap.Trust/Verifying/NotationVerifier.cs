using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Trust.Formats;
using Airgap.Trust.Notation;
using Airgap.Trust.Stored;

namespace Airgap.Trust.Verifying;

/// <summary>Verifies an image by a trust policy of the Notary Project.</summary>
internal sealed class NotationVerifier(NotationPolicy policy, NotationStore trust, ISignatureStore store, TimeProvider clock)
{
    private const string ArtifactType = "application/vnd.cncf.notary.signature";

    /// <summary>Verifies the signatures.</summary>
    /// <param name="repository">The repository as the policy names it.</param>
    /// <param name="image">The manifest, already resolved.</param>
    /// <param name="metadata">The annotations that the signature must have.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public async Task<Verdict> VerifyAsync(
        RepositoryName repository, Descriptor image, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        string name = $"{repository}@{image.Digest}";
        if (policy.For(repository) is not { } statement)
            return new Verdict([], new Diagnostic(
                ErrorCode.NoTrustRule, $"No statement of the trust policy is for {repository}.", "Add one, or leave this image out."));
        if (statement.Level.IsSkip)
            return Verdict.Accepted();
        NotationChecks checks = new(statement, trust, clock.GetUtcNow());
        List<string> notes = [];
        bool isSigned = false;
        await foreach (Manifest attached in AttachedManifests.OfAsync(store, image.Digest, notes, cancellationToken))
        {
            if ((attached.ArtifactType ?? attached.Config?.MediaType) != ArtifactType)
                continue;
            isSigned = true;
            try
            {
                return Verdict.Accepted(checks.Verify(await ReadAsync(attached, cancellationToken), image, metadata));
            }
            catch (AirgapException e) when (SignatureFailures.IsOfOne(e))
            {
                notes.Add(e.Message);
            }
        }

        return Verdict.Refused(isSigned || notes.Count > 0 ? ErrorCode.SignatureRejected : ErrorCode.SignatureMissing, name, notes);
    }

    private async Task<NotationEnvelope> ReadAsync(Manifest attached, CancellationToken cancellationToken)
    {
        if (attached.Layers is not [{ } layer])
            throw Rejection.Of("It has to have exactly one envelope.");
        if (layer.MediaType is not (JwsEnvelope.MediaType or CoseEnvelope.MediaType) || layer.Size > Limits.DocumentBytes)
            throw Rejection.Of($"Its envelope is of the type '{layer.MediaType}', or too large.");
        byte[] bytes = await store.ReadBlobAsync(layer, cancellationToken);
        return layer.MediaType == JwsEnvelope.MediaType ? JwsEnvelope.Read(bytes) : CoseEnvelope.Read(bytes);
    }
}
