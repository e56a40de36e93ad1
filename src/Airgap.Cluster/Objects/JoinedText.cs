namespace Airgap.Cluster.Objects;

/// <summary>Manifests that were joined to one file, each with the byte order mark that it had as a file.</summary>
internal static class JoinedText
{
    /// <summary>The text without the marks that begin a later document. As with kubectl, each document may have one.</summary>
    public static ReadOnlySpan<byte> WithoutMarks(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        if (bytes.LastIndexOf(mark) <= 0)
            return bytes;
        List<byte> kept = new(bytes.Length);
        bool followsSeparator = false;
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? bytes : bytes[..(end + 1)];
            bytes = bytes[line.Length..];
            if (followsSeparator && line.StartsWith(mark))
                line = line[mark.Length..];
            kept.AddRange(line);
            followsSeparator = IsSeparator(line);
        }

        return kept.ToArray();
    }

    // Only a comment may follow; otherwise the document has already begun.
    private static bool IsSeparator(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("---"u8))
            return false;
        ReadOnlySpan<byte> rest = line[3..].Trim(" \t\r\n"u8);
        return rest.IsEmpty || (rest[0] == '#' && line[3] is (byte)' ' or (byte)'\t');
    }
}
