using Airgap.Oci;
using Airgap.Oci.Files;

namespace Airgap.Transfer.Files;

/// <summary>A file that is read at several positions, or more than once, which a pipe does not support.</summary>
internal static class SeekableFile
{
    /// <summary>Refuses a pipe, a device or a socket before it is opened, because opening a pipe blocks until it has a writer.</summary>
    /// <param name="path">The file, or a link to it; a missing file is not an error here.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.FileFailure"/>.</exception>
    /// <exception cref="IOException">The system does not answer, or another file system exception.</exception>
    public static void Require(string path)
    {
        FileFacts file = FileFacts.Of(path, followsLinks: true);
        if (file.Kind is FileKind.Pipe or FileKind.Device or FileKind.Socket)
            throw Refusal(path, file.Name);
    }

    /// <summary>The failure of a file that can be read only once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">Its kind, with an article.</param>
    public static AirgapException Refusal(string path, string kind) => new(
        ErrorCode.FileFailure, $"'{path}' is {kind}, but has to be read more than once.", "Write it to a file.")
    { Location = new SourceLocation(path) };
}
