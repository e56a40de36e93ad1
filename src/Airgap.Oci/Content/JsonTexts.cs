using System.Text.Json;
using System.Text.Unicode;

namespace Airgap.Oci.Content;

/// <summary>
/// Makes sure that every text of a JSON document can be read: the parser passes over what is no Unicode, and whoever asks for that text
/// later would fail.
/// </summary>
internal static class JsonTexts
{
    /// <summary>Looks at every text.</summary>
    /// <param name="utf8">A document that the parser takes, at most 64 levels deep.</param>
    /// <exception cref="InvalidOperationException">One has bytes that are not UTF-8, or the escape of half a character.</exception>
    public static void Require(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            throw new InvalidOperationException("The bytes are not UTF-8.");
        if (utf8.IndexOf("\\u"u8) < 0)
            return;
        Utf8JsonReader json = new(utf8, new JsonReaderOptions { MaxDepth = 64 });
        while (json.Read())
        {
            if (json.ValueIsEscaped)
                json.GetString();
        }
    }
}
