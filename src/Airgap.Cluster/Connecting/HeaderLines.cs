using System.Text;

namespace Airgap.Cluster.Connecting;

/// <summary>
/// Several values of one header, each on a line of its own. An HTTP client joins them with commas, which a cluster would read as the name
/// of one group. So they are one value with a separator, which becomes the next line when the header is written.
/// </summary>
/// <remarks>Source: Kubernetes documentation, "Authenticating", user impersonation; RFC 9110, 5.3.</remarks>
internal static class HeaderLines
{
    private const string Prefix = "Impersonate-";

    // A noncharacter, which no name has: the cluster would not accept one.
    private const char Separator = '\uFDD0';

    /// <summary>True if a value can be sent.</summary>
    public static bool CanSend(string value) => !value.Any(char.IsControl) && !value.Contains(Separator);

    /// <summary>The values as one.</summary>
    public static string Join(IEnumerable<string> values) => string.Join(Separator, values);

    /// <summary>Writes the values of a header as lines; null for a header that has one value.</summary>
    public static Encoding? EncodingOf(string header, HttpRequestMessage request) =>
        header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? new Lines($"\r\n{header}: ") : null;

    private sealed class Lines(string next) : Encoding
    {
        public override int GetByteCount(char[] chars, int index, int count) => UTF8.GetByteCount(Text(chars.AsSpan(index, count)));

        public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
            UTF8.GetBytes(Text(chars.AsSpan(charIndex, charCount)), bytes.AsSpan(byteIndex));

        public override int GetMaxByteCount(int charCount) => UTF8.GetMaxByteCount(charCount * next.Length);

        public override int GetCharCount(byte[] bytes, int index, int count) => UTF8.GetCharCount(bytes, index, count);

        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
            UTF8.GetChars(bytes, byteIndex, byteCount, chars, charIndex);

        public override int GetMaxCharCount(int byteCount) => UTF8.GetMaxCharCount(byteCount);

        private string Text(ReadOnlySpan<char> value) =>
            value.ToString().Replace(Separator.ToString(), next, StringComparison.Ordinal);
    }
}
