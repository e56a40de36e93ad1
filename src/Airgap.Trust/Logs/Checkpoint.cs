using System.Globalization;
using System.Text;
using Airgap.Trust.Formats;
using Airgap.Trust.Roots;

namespace Airgap.Trust.Logs;

/// <summary>A log's signed statement of its tree's size and root.</summary>
/// <param name="Size">The number of entries.</param>
/// <param name="RootHash">The root.</param>
/// <remarks>Source: C2SP, tlog-checkpoint and signed-note.</remarks>
internal sealed record Checkpoint(long Size, byte[] RootHash)
{
    private const int MaxLength = 64 * 1024;
    private const int MaxSignatures = 100;

    /// <summary>Reads a checkpoint and its signature by a log.</summary>
    /// <returns>Null when it is malformed or the log did not sign it.</returns>
    public static Checkpoint? Verify(string text, LogKey log)
    {
        if (text.Length > MaxLength || log.Key is not { } key)
            return null;
        int blank = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (blank < 0)
            return null;
        string signed = text[..(blank + 1)];
        string[] lines = signed.Split('\n');
        if (lines.Length < 4 || lines[0].Length == 0
            || !long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out long size)
            || JsonFields.TryDecode(lines[2]) is not { Length: 32 } root)
        {
            return null;
        }

        SignedBytes bytes = SignedBytes.Of(Encoding.UTF8.GetBytes(signed));
        bool isSigned = text[(blank + 2)..].Split('\n', MaxSignatures)
            .Any(line => SignatureOf(line, log) is { } signature && key.Verify(bytes, signature));
        return isSigned ? new Checkpoint(size, root) : null;
    }

    // "— name base64(hint ‖ signature)"; null for a line of another key.
    private static byte[]? SignatureOf(string line, LogKey log)
    {
        string[] words = line.Split(' ');
        return words is ["\u2014", { Length: > 0 } name, { } encoded] && (log.Name.Length == 0 || name == log.Name)
            && JsonFields.TryDecode(encoded) is { Length: > 4 } bytes && bytes.AsSpan(0, 4).SequenceEqual(log.Id.AsSpan(0, 4))
                ? bytes[4..]
                : null;
    }
}
