using System.Text.Json;
using System.Text.Unicode;

namespace Airgap.Oci.Content;

/// <summary>
/// Checks that every string of a JSON document can be read: the parser accepts strings that are not Unicode, and
/// reading such a string later would throw.
/// </summary>
internal static class JsonTexts
{
    /// <summary>Checks every string.</summary>
    /// <param name="utf8">A document that the parser accepts, at most 64 levels deep.</param>
    /// <exception cref="InvalidOperationException">A string has bytes that are not UTF-8, or an unpaired surrogate
    /// escape.</exception>
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
