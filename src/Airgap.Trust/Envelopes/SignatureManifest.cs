using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Envelopes;

/// <summary>The layers of a manifest that carries signatures, with their annotations, which the content model leaves out.</summary>
internal static class SignatureManifest
{
    private const int MaxAnnotations = 100;

    /// <summary>One layer.</summary>
    /// <param name="Descriptor">Its descriptor.</param>
    /// <param name="Annotations">Its annotations.</param>
    public sealed record Layer(Descriptor Descriptor, IReadOnlyDictionary<string, string> Annotations);

    /// <summary>The layers in order, at most as many as are verified.</summary>
    /// <exception cref="AirgapException">The manifest contains something else.</exception>
    public static IReadOnlyList<Layer> Layers(Manifest manifest)
    {
        Format format = Format.Signature("The signature's manifest");
        return manifest.IsIndex
            ? throw format.Invalid("it is an index")
            : StrictJson.Read(manifest.Bytes, format, fields => Read(fields, manifest), Manifest.MaxBytes);
    }

    private static List<Layer> Read(JsonFields fields, Manifest manifest)
    {
        List<Layer> result = [];
        IReadOnlyList<JsonFields> layers = fields.Objects("layers", int.MaxValue);
        for (int index = 0; index < layers.Count && index < Limits.Signatures; index++)
        {
            Dictionary<string, string> annotations = new(StringComparer.Ordinal);
            if (layers[index].Object("annotations") is { } written)
            {
                foreach (string name in written.Names.Take(MaxAnnotations))
                    annotations[name] = written.Text(name) ?? "";
            }

            result.Add(new Layer(manifest.Layers[index], annotations));
        }

        return result;
    }
}
