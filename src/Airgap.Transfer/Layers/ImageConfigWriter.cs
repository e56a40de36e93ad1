using Airgap.Oci;

namespace Airgap.Transfer.Layers;

/// <summary>The config of an image with one layer, as written by imgpkg's push.</summary>
internal static class ImageConfigWriter
{
    private const string ZeroTime = "0001-01-01T00:00:00Z";

    /// <summary>Writes a config.</summary>
    /// <param name="diffId">The digest of the layer before compression.</param>
    /// <param name="labels">The image's labels; null or empty for none.</param>
    /// <returns>Compact JSON, the same byte for byte for the same arguments.</returns>
    public static byte[] Write(Digest diffId, IReadOnlyDictionary<string, string>? labels = null)
    {
        GoJson json = new();
        json.Raw(
            $$"""{"architecture":"","created":"{{ZeroTime}}","history":[{"author":"imgpkg","created":"{{ZeroTime}}","created_by":"imgpkg"}],"os":"",""");
        json.Raw("\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[").String(diffId.ToString()).Raw("]},\"config\":{");
        if (labels is { Count: > 0 })
            json.Raw("\"Labels\":").Map(labels);

        return json.Raw("}}").Written.ToArray();
    }
}
