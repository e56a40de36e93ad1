using System.Buffers;
using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Layers;

/// <summary>Writes the tar of a layer, entry by entry, file contents streamed.</summary>
internal sealed class LayerTarWriter(Stream output)
{
    private const int BufferSize = 128 * 1024;
    private static readonly byte[] s_zeros = new byte[2 * TarHeader.BlockSize];

    /// <summary>Writes a file or folder of this machine.</summary>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.FileFailure"/> if the file's length differs from its entry; the result of
    /// <see cref="IoFailures.Translate"/> for an unreadable file.
    /// </exception>
    public async Task WriteAsync(LayerEntry entry, CancellationToken cancellationToken)
    {
        await output.WriteAsync(TarHeader.Make(entry.Path, entry.IsFolder, entry.Mode, entry.Size), cancellationToken);
        if (entry.IsFolder)
            return;
        if (entry.Content is { } content)
            await output.WriteAsync(content, cancellationToken);
        else
            await CopyAsync(entry, cancellationToken);
        await output.WriteAsync(s_zeros.AsMemory(0, TarHeader.Padding(entry.Size)), cancellationToken);
    }

    /// <summary>Writes a file whose content is in memory.</summary>
    public void Write(string path, long mode, ReadOnlySpan<byte> content)
    {
        output.Write(TarHeader.Make(path, isFolder: false, mode, content.Length));
        output.Write(content);
        output.Write(s_zeros.AsSpan(0, TarHeader.Padding(content.Length)));
    }

    /// <summary>Writes a folder.</summary>
    public void WriteFolder(string path, long mode) => output.Write(TarHeader.Make(path, isFolder: true, mode, 0));

    /// <summary>Writes the two blocks of zeros that end a tar.</summary>
    public void Complete() => output.Write(s_zeros);

    /// <inheritdoc cref="Complete"/>
    public async Task CompleteAsync(CancellationToken cancellationToken) => await output.WriteAsync(s_zeros, cancellationToken);

    private async Task CopyAsync(LayerEntry entry, CancellationToken cancellationToken)
    {
        await using FileStream file = Open(entry.FullPath);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long left = entry.Size;
            while (true)
            {
                int read = await ReadAsync(file, buffer, entry.FullPath, cancellationToken);
                left -= read;
                if (left < 0 || (read == 0 && left > 0))
                    throw Changed(entry);
                if (read == 0)
                    return;
                await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path,
                new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan, BufferSize = 0 });
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    private static async ValueTask<int> ReadAsync(FileStream file, byte[] buffer, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await file.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    private static AirgapException Changed(LayerEntry entry) => new(
        ErrorCode.FileFailure,
        $"The file '{entry.FullPath}' changed its length while it was read.",
        "Run the command again when no other program writes to the file.");
}
