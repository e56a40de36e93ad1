namespace Airgap.Tool.Output;

/// <summary>Colours the severity alone, so that no text from outside appears between the escape sequences.</summary>
internal static class SeverityColor
{
    private const string Red = "\u001b[1;31m";
    private const string Yellow = "\u001b[1;33m";
    private const string Plain = "\u001b[0m";

    /// <summary>Colours the first occurrence of a word.</summary>
    /// <param name="text">The message.</param>
    /// <param name="word">The severity, as written in the message.</param>
    /// <param name="isError">True for an error, false for a warning.</param>
    public static string Paint(string text, string word, bool isError)
    {
        int at = text.IndexOf(word, StringComparison.Ordinal);
        return at < 0 ? text : $"{text[..at]}{(isError ? Red : Yellow)}{word}{Plain}{text[(at + word.Length)..]}";
    }
}
