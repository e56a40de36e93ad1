using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Storage;

/// <summary>The content of a file. Disposing it closes the file.</summary>
internal sealed class FileContent(SafeFileHandle file) : StoredContent
{
    /// <summary>The file.</summary>
    public SafeFileHandle File => file;

    public override long Length { get; } = RandomAccess.GetLength(file);

    public override int Read(Span<byte> buffer, long offset) => RandomAccess.Read(file, buffer, offset);

    public override ValueTask<bool> SendAsync(PipeWriter writer, long offset, long count, CancellationToken cancellationToken) =>
        CopyAsync(writer, offset, count, (memory, at, token) => RandomAccess.ReadAsync(file, memory, at, token),
            mayPass: null, cancellationToken);

    public override void Dispose() => file.Dispose();
}
