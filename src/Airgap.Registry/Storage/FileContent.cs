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

    public override async ValueTask<bool> SendAsync(PipeWriter writer, long offset, long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            // Reads into the connection's buffers, without a copy.
            Memory<byte> memory = writer.GetMemory((int)Math.Min(count, BufferSize));
            memory = memory[..(int)Math.Min(count, memory.Length)];
            int read = await RandomAccess.ReadAsync(file, memory, offset, cancellationToken);
            if (read == 0)
                return false;
            writer.Advance(read);
            offset += read;
            count -= read;
            if ((await writer.FlushAsync(cancellationToken)).IsCompleted)
                return true;
        }

        return true;
    }

    public override void Dispose() => file.Dispose();
}
