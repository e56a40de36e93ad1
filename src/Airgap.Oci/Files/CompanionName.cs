using System.Security.Cryptography;
using System.Text;

namespace Airgap.Oci.Files;

/// <summary>Names of files next to a file, derived from its name.</summary>
internal static class CompanionName
{
    // NAME_MAX of Linux, in bytes; macOS and Windows count UTF-16 units, which are never more.
    private const int Longest = 255;

    /// <summary>
    /// A path next to a file. A name that would be too long for the system is cut and made unique by a hash of the full
    /// name.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="suffix">Follows its name.</param>
    /// <param name="prefix">Precedes its name.</param>
    public static string Of(string path, string suffix, string prefix = "")
    {
        string name = Path.GetFileName(path);
        string folder = path[..^name.Length];
        int room = Longest - Encoding.UTF8.GetByteCount(prefix) - Encoding.UTF8.GetByteCount(suffix);
        if (Encoding.UTF8.GetByteCount(name) <= room)
            return $"{folder}{prefix}{name}{suffix}";
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..12];
        StringBuilder cut = new();
        int bytes = hash.Length + 1;
        foreach (Rune rune in name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > room)
                break;
            cut.Append(rune.ToString());
        }

        return $"{folder}{prefix}{cut}~{hash}{suffix}";
    }

    /// <summary>An unpredictable path next to a file.</summary>
    public static string Random(string path, string suffix) =>
        Of(path, $".{RandomNumberGenerator.GetHexString(16, lowercase: true)}{suffix}", ".");
}
