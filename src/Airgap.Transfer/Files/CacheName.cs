using System.Security.Cryptography;
using System.Text;
using Airgap.Oci.Files;

namespace Airgap.Transfer.Files;

/// <summary>
/// The name of a file in the user's cache about an output, a folder or a repository, whose own name may be too long for one.
/// </summary>
internal static class CacheName
{
    private const int Length = 32;

    /// <summary>The beginning of the text's SHA-256, in hex.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Length];

    /// <summary>The same for a file: two paths to one file have one name.</summary>
    public static string OfFile(string path) => Of(OutputTarget.OfFile(path).Path);
}
