using System.Text.Json;

namespace Airgap.Transfer.Bundles;

/// <summary>The label in an image config that makes an image a bundle.</summary>
internal static class BundleLabel
{
    /// <summary>Readers test its presence only; writers set <c>true</c>.</summary>
    public const string Name = "dev.carvel.imgpkg.bundle";

    /// <summary>True when the config has the label; false for anything but an image config.</summary>
    public static bool IsPresent(ReadOnlySpan<byte> config)
    {
        Utf8JsonReader reader = new(config, new JsonReaderOptions { MaxDepth = 64 });
        try
        {
            // config.Labels.<name>: all other values are skipped, so that no document is built for thousands of
            // configs.
            return Enter(ref reader, "config"u8) && Enter(ref reader, "Labels"u8) && Find(ref reader, "dev.carvel.imgpkg.bundle"u8);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }

        static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
        {
            if (reader.TokenType == JsonTokenType.None && !reader.Read())
                return false;
            return reader.TokenType == JsonTokenType.StartObject && Find(ref reader, name) && reader.Read()
                && reader.TokenType == JsonTokenType.StartObject;
        }

        static bool Find(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals(name))
                    return true;
                reader.Skip();
            }

            return false;
        }
    }
}
