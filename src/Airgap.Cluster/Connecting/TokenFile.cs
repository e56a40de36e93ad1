namespace Airgap.Cluster.Connecting;

/// <summary>Small files with credentials, which others may replace at any time.</summary>
internal static class TokenFile
{
    private const int LongestFile = 1024 * 1024;

    /// <summary>A file's text.</summary>
    /// <exception cref="FormatException">It is too long.</exception>
    public static string Read(string file) => new FileInfo(file).Length <= LongestFile
        ? File.ReadAllText(file) : throw new FormatException($"{file} is longer than {LongestFile} bytes");
}
