using Airgap.Oci.Files;

namespace Airgap.Transfer.Layers;

/// <summary>Distinguishes files from pipes, sockets and devices, because opening a pipe would block.</summary>
internal static class SpecialFile
{
    /// <summary>True for a regular file, or a link to one.</summary>
    public static bool IsRegular(FileInfo file) => FileFacts.Of(file.FullName, followsLinks: true).Kind == FileKind.Regular;
}
