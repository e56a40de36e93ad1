using Airgap.Oci;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Envelopes;

/// <summary>
/// cosign's payload, which names the signed image. As strict as skopeo: the critical part contains no unknown field and no field twice.
/// </summary>
/// <param name="Digest">The image.</param>
/// <param name="Reference">The name that the signer gave it; may be empty.</param>
/// <param name="Annotations">The signer's annotations that are texts.</param>
/// <remarks>Source: sigstore/cosign, specs/SIGNATURE_SPEC.md; containers/image, docs/containers-signature.5.md.</remarks>
internal sealed record SimpleSigning(Digest Digest, string Reference, IReadOnlyDictionary<string, string> Annotations)
{
    /// <summary>The media type of a layer with a payload.</summary>
    public const string MediaType = "application/vnd.dev.cosign.simplesigning.v1+json";

    /// <summary>
    /// True for a payload that the containers tools read, too: with the field 'optional', in which a creator is a text and a timestamp a
    /// whole number.
    /// </summary>
    public bool IsOfContainers { get; private init; }

    private const string Type = "cosign container image signature";

    /// <summary>Reads a payload, after its signature was verified.</summary>
    public static SimpleSigning Read(ReadOnlyMemory<byte> json) => StrictJson.Read(json, Format.Signature("The payload"), fields =>
    {
        JsonFields critical = fields.NeededObject("critical");
        JsonFields image = critical.NeededObject("image");
        JsonFields identity = critical.NeededObject("identity");
        if (critical.Text("type") != Type)
            throw fields.Format.Invalid("its type is not that of cosign's signatures");
        if (!Digest.TryParse(image.Text("docker-manifest-digest"), out Digest digest))
            throw fields.Format.Invalid("it names no digest");
        string reference = identity.Text("docker-reference") ?? throw fields.Format.Invalid("it has no 'docker-reference'");
        critical.Only();
        image.Only();
        identity.Only();
        Dictionary<string, string> annotations = new(StringComparer.Ordinal);
        bool isOfContainers = fields.IsWritten("optional");
        if (fields.Object("optional") is { } optional)
        {
            foreach (string name in optional.Names)
            {
                if (optional.TextOrNull(name) is { } text)
                    annotations[name] = text;
            }

            isOfContainers &= (!optional.Has("creator") || optional.TextOrNull("creator") is not null)
                && (!optional.Has("timestamp") || optional.IsWhole("timestamp"));
        }

        fields.Only();
        return new SimpleSigning(digest, reference, annotations) { IsOfContainers = isOfContainers };
    });
}
