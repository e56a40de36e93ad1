using Airgap.Oci.Files;

namespace Airgap.Transfer.Layers;

/// <summary>Tells files from pipes, sockets and devices, of which a pipe would block the process that opens it.</summary>
internal static class SpecialFile
{
    /// <summary>True for a regular file, or a link to one.</summary>
    public static bool IsRegular(FileInfo file) => FileFacts.Of(file.FullName, followsLinks: true).Kind == FileKind.Regular;
}
