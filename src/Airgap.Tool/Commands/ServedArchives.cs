using Airgap.Oci;
using Airgap.Registry.Archives;

namespace Airgap.Tool.Commands;

/// <summary>Reads the values of <c>serve --tar</c>.</summary>
internal static class ServedArchives
{
    /// <summary>
    /// Reads <c>FILE</c> or <c>FILE=REPOSITORY</c>. If the whole text names an existing file or folder, it is that
    /// file.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArgument"/>: the file or the repository is
    /// missing.</exception>
    public static ArchiveToServe Parse(string text)
    {
        int equals = text.LastIndexOf('=');
        bool isWhole = equals < 0 || File.Exists(text) || Directory.Exists(text);
        string path = isWhole ? text : text[..equals];
        string? repository = isWhole ? null : text[(equals + 1)..].Trim('/');
        return path.Length > 0 && repository != ""
            ? new ArchiveToServe(Path.GetFullPath(path), repository)
            : throw new AirgapException(
                ErrorCode.InvalidArgument, $"'{text}' names no archive to serve.",
                "Write --tar FILE, or --tar FILE=REPOSITORY; --oci and --oci-tar take the same.");
    }
}
