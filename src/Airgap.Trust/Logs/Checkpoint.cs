using System.Globalization;
using System.Text;
using Airgap.Trust.Formats;
using Airgap.Trust.Roots;

namespace Airgap.Trust.Logs;

/// <summary>A log's signed statement of its tree's size and root.</summary>
/// <param name="Size">The number of entries.</param>
/// <param name="RootHash">The root.</param>
/// <param name="HasShards">True for a log whose indexes go over several trees: Rekor 1.</param>
/// <remarks>Source: C2SP, tlog-checkpoint and signed-note; sigstore/rekor-tiles, pkg/note.</remarks>
internal sealed record Checkpoint(long Size, byte[] RootHash, bool HasShards)
{
    private const int MaxLength = 64 * 1024;
    private const int MaxSignatures = 100;
    private const int HintBytes = 4;

    /// <summary>Reads a checkpoint and its signature by a log.</summary>
    /// <returns>Null when it is malformed or the log did not sign it.</returns>
    public static Checkpoint? Verify(string text, LogKey log)
    {
        if (text.Length > MaxLength || log.Key is not { } key || text.Any(one => one < ' ' && one != '\n'))
            return null;

        // The text may have empty lines of its own: the last one ends it.
        int blank = text.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (blank < 0 || blank + 2 == text.Length || text[^1] != '\n')
            return null;
        string signed = text[..(blank + 1)];
        string[] lines = signed.Split('\n');
        if (lines.Length < 4 || !long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out long size)
            || JsonFields.TryDecode(lines[2]) is not { Length: 32 } root)
        {
            return null;
        }

        // Rekor 1 names its tree and is known by its key alone: a private one often has another name than its address.
        string origin = lines[0];
        bool isRekor1 = IsRekor1(origin);
        if (!isRekor1 && (origin.Length == 0 || origin != log.Name))
            return null;
        byte[] hint = isRekor1 ? key.Id[..HintBytes] : key.NoteId(origin)[..HintBytes];
        (string Name, byte[] Bytes)?[] signatures = [.. text[(blank + 2)..^1].Split('\n', MaxSignatures).Select(ReadLine)];
        byte[][] own = [.. signatures.OfType<(string Name, byte[] Bytes)>()
            .Where(one => (isRekor1 || one.Name == origin) && one.Bytes.AsSpan(0, HintBytes).SequenceEqual(hint))
            .Select(one => one.Bytes[HintBytes..])];
        SignedBytes bytes = SignedBytes.Of(Encoding.UTF8.GetBytes(signed));

        // Readers differ in which of a key's signatures they take, so none of them may be wrong.
        return !signatures.Contains(null) && own.Length > 0 && own.All(signature => key.Verify(bytes, signature))
            ? new Checkpoint(size, root, isRekor1) : null;
    }

    // "rekor.example.com - 2605736670972794746"
    private static bool IsRekor1(string origin) => origin.LastIndexOf(" - ", StringComparison.Ordinal) is > 0 and int at
        && origin.Length > at + 3 && !origin.AsSpan(at + 3).ContainsAnyExceptInRange('0', '9');

    // "— name base64(hint ‖ signature)"; null for any other line.
    private static (string Name, byte[] Bytes)? ReadLine(string line) =>
        line.Split(' ') is ["\u2014", { Length: > 0 } name, { } encoded] && !name.Contains('+') && !name.Any(char.IsWhiteSpace)
            && JsonFields.TryDecode(encoded) is { Length: > HintBytes } bytes
            ? (name, bytes) : null;
}
