using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Transfer.Yaml;

namespace Airgap.Cluster.Objects;

/// <summary>A YAML document as JSON, converted as by kubectl: one document, and every scalar keeps its meaning.</summary>
internal static class YamlJson
{
    // An alias of three bytes expands to any size. Without aliases no text grows by more than eight times.
    private const int MostGrowth = 32;
    private const int AlwaysTaken = 64 * 1024;

    /// <summary>Converts a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="context">The file, for messages.</param>
    /// <param name="length">The file's length in bytes, which limits the expansion of its aliases.</param>
    /// <exception cref="AirgapException">The code of <paramref name="context"/>.</exception>
    public static JsonElement Convert(YamlNode node, YamlContext context, int length)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter writer = new(bytes))
            Write(writer, node, context, AlwaysTaken + ((long)length * MostGrowth));
        return ClusterJson.Parse(bytes.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, YamlNode node, YamlContext context, long most)
    {
        if (writer.BytesCommitted + writer.BytesPending > most)
            throw context.Error(node, "its aliases expand to more than a manifest may contain");
        switch (node)
        {
            case YamlMapping mapping:
                HashSet<string> keys = new(StringComparer.Ordinal);
                writer.WriteStartObject();
                foreach ((YamlScalar key, YamlNode value) in mapping.Entries)
                {
                    string name = NameOf(key, context);
                    if (!keys.Add(name))
                        throw context.Error(key, $"the key '{YamlFields.Shorten(name)}' is given twice");
                    writer.WritePropertyName(name);
                    Write(writer, value, context, most);
                }

                writer.WriteEndObject();
                break;
            case YamlSequence sequence:
                writer.WriteStartArray();
                foreach (YamlNode item in sequence.Items)
                    Write(writer, item, context, most);
                writer.WriteEndArray();
                break;
            case YamlScalar scalar:
                WriteScalar(writer, scalar, context);
                break;
        }
    }

    // A plain key is resolved as a value is, and then written as text: on becomes "true", 0777 becomes "511".
    private static string NameOf(YamlScalar key, YamlContext context)
    {
        (YamlKind kind, string text) = key.IsPlain ? Yaml11.Resolve(key.Text) : (YamlKind.String, key.Text);
        return kind switch
        {
            YamlKind.Null => throw context.Error(key, "a key is null; write it in quotes"),
            YamlKind.Int when !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) =>
                throw context.Error(key, $"the key '{YamlFields.Shorten(key.Text)}' is too large a number; write it in quotes"),
            YamlKind.Float => text switch { "+Inf" => ".inf", "-Inf" => "-.inf", "NaN" => ".nan", _ => text },
            YamlKind.Bool or YamlKind.Int => text,
            _ => key.Text,
        };
    }

    private static void WriteScalar(Utf8JsonWriter writer, YamlScalar scalar, YamlContext context)
    {
        (YamlKind kind, string text) = scalar.IsPlain ? Yaml11.Resolve(scalar.Text) : (YamlKind.String, scalar.Text);
        switch (kind)
        {
            case YamlKind.Null:
                writer.WriteNullValue();
                break;
            case YamlKind.Bool:
                writer.WriteBooleanValue(text == "true");
                break;
            case YamlKind.Int:
                writer.WriteRawValue(text);
                break;
            case YamlKind.Float when double.TryParse(
                scalar.Text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case YamlKind.Float:
                throw context.Error(scalar, $"'{scalar.Text}' is not a number that JSON has; write it in quotes");
            default:
                writer.WriteStringValue(scalar.Text);
                break;
        }
    }
}
