using System.Globalization;
using System.Text;

namespace Airgap.Transfer.Layers;

/// <summary>Strings in JSON as Go's encoder writes them: markup characters escaped, all else that may be raw kept raw.</summary>
internal static class GoJson
{
    /// <summary>Adds a string with its quotes.</summary>
    public static StringBuilder AppendJson(this StringBuilder json, string text)
    {
        json.Append('"');
        foreach (Rune rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"':
                    json.Append("\\\"");
                    break;
                case '\\':
                    json.Append("\\\\");
                    break;
                case '\n':
                    json.Append("\\n");
                    break;
                case '\r':
                    json.Append("\\r");
                    break;
                case '\t':
                    json.Append("\\t");
                    break;
                case '\b':
                    json.Append("\\b");
                    break;
                case '\f':
                    json.Append("\\f");
                    break;
                case < ' ' or '<' or '>' or '&' or 0x2028 or 0x2029:
                    json.Append("\\u").Append(rune.Value.ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    json.Append(rune);
                    break;
            }
        }

        return json.Append('"');
    }
}
