namespace Airgap.Cluster.Connecting;

/// <summary>Small files with credentials, which others may write anew at any time.</summary>
internal static class TokenFile
{
    private const int LongestFile = 1024 * 1024;

    /// <summary>The text of a file.</summary>
    /// <exception cref="FormatException">It is too long.</exception>
    public static string Read(string file) => new FileInfo(file).Length <= LongestFile
        ? File.ReadAllText(file) : throw new FormatException($"{file} is longer than {LongestFile} bytes");
}
