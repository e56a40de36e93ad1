using Airgap.Oci;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Notation;

/// <summary>The artifact that a Notary Project signature signs.</summary>
/// <param name="MediaType">The manifest's media type.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Metadata">The annotations that the signer added.</param>
internal sealed record TargetArtifact(string MediaType, Digest Digest, long Size, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Reads the payload.</summary>
    public static TargetArtifact Read(byte[] json) => StrictJson.Read(json, NotationEnvelope.Format, fields =>
    {
        JsonFields target = fields.NeededObject("targetArtifact");
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        if (target.Object("annotations") is { } annotations)
        {
            foreach (string name in annotations.Names)
                metadata[name] = annotations.Text(name) ?? "";
        }

        // Further fields of a descriptor sign nothing, but have to be of their type for others.
        _ = (target.Texts("urls", int.MaxValue), target.Bytes("data"), target.Object("platform"), target.Text("artifactType"));
        TargetArtifact artifact = new(
            target.NeededText("mediaType"),
            Digest.TryParse(target.Text("digest"), out Digest digest) ? digest : throw fields.Format.Invalid("it names no digest"),
            target.PlainNumber("size") ?? throw target.Missing("size"),
            metadata);
        target.NoneInAnotherCase();
        fields.NoneInAnotherCase();
        return artifact;
    });
}
