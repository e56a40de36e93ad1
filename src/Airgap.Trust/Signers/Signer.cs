namespace Airgap.Trust.Signers;

/// <summary>A signer whose signature is accepted.</summary>
internal abstract class Signer
{
    /// <summary>For people: the key's file, or the identity.</summary>
    public abstract string Name { get; }

    /// <summary>Verifies a signature.</summary>
    /// <param name="evidence">The signature.</param>
    /// <param name="now">The time of the verification.</param>
    /// <exception cref="Airgap.Oci.AirgapException">It does not count.</exception>
    public abstract SignedBy Verify(Evidence evidence, DateTimeOffset now);
}
