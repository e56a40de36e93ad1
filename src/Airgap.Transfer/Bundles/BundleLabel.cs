using System.Text.Json;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Bundles;

/// <summary>The label in an image config that makes an image a bundle.</summary>
internal static class BundleLabel
{
    /// <summary>Readers test its presence only; writers set <c>true</c>.</summary>
    public const string Name = "dev.carvel.imgpkg.bundle";

    // A field may be there several times, and in any case: Go's readers, imgpkg among them, merge them all.
    private static readonly string[] s_fields = ["config", "Labels"];

    /// <summary>True when the config has the label; false for anything but an image config.</summary>
    public static bool IsPresent(ReadOnlySpan<byte> config)
    {
        Utf8JsonReader reader = new(config, new JsonReaderOptions { MaxDepth = 64 });
        try
        {
            // config.Labels.<name>: all other values are skipped, so that no document is built for thousands of
            // configs.
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && IsBelow(ref reader, depth: 0);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsBelow(ref Utf8JsonReader reader, int depth)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (depth == s_fields.Length)
            {
                if (reader.ValueTextEquals(Name))
                    return true;
                reader.Skip();
            }
            else if (reader.ValueTextEquals(s_fields[depth]) || FieldNames.IsTakenFor(reader.GetString()!, s_fields[depth]))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject && IsBelow(ref reader, depth + 1))
                    return true;
                reader.Skip();
            }
            else
            {
                reader.Skip();
            }
        }

        return false;
    }
}
