using Airgap.Oci;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Envelopes;

/// <summary>An in-toto statement: a predicate about subjects.</summary>
/// <param name="PredicateType">The type of the predicate about them.</param>
/// <param name="Subjects">The subjects.</param>
/// <remarks>Source: in-toto/attestation, spec v1 and v0.1.</remarks>
internal sealed record Statement(string PredicateType, IReadOnlyList<StatementSubject> Subjects)
{
    /// <summary>The predicate with which cosign signs an image. Any other predicate attests something and approves nothing.</summary>
    public const string CosignSignature = "https://sigstore.dev/cosign/sign/v1";

    /// <summary>
    /// The predicate type that signs a file by its SHA-256, for keys that cannot sign a hash. It is a name, not an address. It signs no
    /// image, so that a file's signature never counts as an image's, or the reverse.
    /// </summary>
    public const string FileSignature = "urn:airgap-build:file:v1";

    private const int MaxSubjects = 10_000;

    /// <summary>Reads the payload of an envelope.</summary>
    /// <param name="json">The payload.</param>
    /// <param name="inBundle">
    /// True for a bundle's: cosign reads it by the schema of Protocol Buffers, which refuses unknown fields. In cosign's older attestations
    /// it ignores them.
    /// </param>
    public static Statement Read(byte[] json, bool inBundle) => StrictJson.Read(
        json, Format.Signature("The statement") with { IsProto = inBundle }, fields =>
    {
        if (fields.Text("_type") is not ("https://in-toto.io/Statement/v1" or "https://in-toto.io/Statement/v0.1"))
            throw fields.Format.Invalid("it is not an in-toto statement of version 0.1 or 1");
        Statement statement = new(
            fields.NeededText("predicateType"), [.. fields.Objects("subject", MaxSubjects).Select(StatementSubject.Read)]);
        fields.NoneInAnotherCase();
        if (inBundle)
        {
            fields.Object("predicate");
            fields.Only();
            fields.AllReadable();
        }

        return statement;
    });

    /// <summary>True when the first subject, the file, has the digest; the later subjects are what the file names.</summary>
    public bool IsFirst(Digest digest) => Of(digest).FirstOrDefault() is { } one && ReferenceEquals(one, Subjects[0]);

    /// <summary>The subjects with the digest.</summary>
    public IEnumerable<StatementSubject> Of(Digest digest) =>
        Subjects.Where(subject => subject.Digests.GetValueOrDefault(digest.Algorithm) == digest.Hex);
}
