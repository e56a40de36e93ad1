using System.IO.Pipelines;
using Airgap.Oci.Content;
using Airgap.Oci.Files;
using Airgap.Registry.Storage;

namespace Airgap.Registry.Archives;

/// <summary>
/// A blob at its place in an archive. When it is sent whole, its digest is checked on the way, and the last bytes are sent only when it is
/// right, or when it was right before and the file has not changed since. A part is sent only while the file is unchanged since it was
/// opened, or since the whole blob was found right.
/// </summary>
/// <param name="file">The archive.</param>
/// <param name="start">Where in it the blob starts.</param>
/// <param name="descriptor">The blob.</param>
/// <param name="proof">What is known of it from earlier answers.</param>
/// <param name="ownsFile">True to close the file with this content.</param>
internal sealed class ArchivedContent(ServedFile file, long start, Descriptor descriptor, BlobProof proof, bool ownsFile = false)
    : StoredContent
{
    public override long Length => descriptor.Size;

    public override int Read(Span<byte> buffer, long offset)
    {
        buffer = buffer[..(int)Math.Min(buffer.Length, Math.Max(0, Length - offset))];
        return file.Read(buffer, start + offset);
    }

    public override async ValueTask<bool> SendAsync(PipeWriter writer, long offset, long count, CancellationToken cancellationToken)
    {
        (long from, long total) = (start + offset, count);
        file.Check(from, total);
        bool isWhole = offset == 0 && count == Length;
        FileFacts[] state = file.StateOf(from, total);
        using BlobHash? hash = isWhole && !proof.Holds(state) ? new BlobHash(file, start, descriptor, proof, state) : null;

        // A new name or other permissions are another state, as is an edit whose time was set back: the bytes tell.
        if (!isWhole && !file.IsAsOpened(from, total, state))
        {
            (from, total) = (start, Length);
            file.Check(from, total);
            state = file.StateOf(from, total);
            if (!proof.WasRightIn(state) && !await IsRightAsync(state, cancellationToken))
                throw new ArchiveChangedException(file.Path);
        }

        if (count == 0)
            return MayEnd();
        return await CopyAsync(writer, offset, count, (memory, at, token) => file.ReadAsync(memory, start + at, token),
            MayPass, cancellationToken);

        bool MayPass(ReadOnlyMemory<byte> piece, bool isLast)
        {
            hash?.Append(piece.Span);
            return !isLast || MayEnd();
        }

        // Asked after the last byte was read: a write before that has changed the state.
        bool MayEnd() => !file.HasChangedIn(from, total)
            && (hash?.IsRight() ?? file.StateOf(from, total).AsSpan().SequenceEqual(state));
    }

    private async Task<bool> IsRightAsync(FileFacts[] state, CancellationToken cancellationToken)
    {
        using BlobHash hash = new(file, start, descriptor, proof, state);
        byte[] buffer = new byte[BufferSize];
        for (long read = 0; read < Length;)
        {
            int length = await file.ReadAsync(
                buffer.AsMemory(0, (int)Math.Min(BufferSize, Length - read)), start + read, cancellationToken);
            if (length == 0)
                return false;
            hash.Append(buffer.AsSpan(0, length));
            read += length;
        }

        return hash.IsRight();
    }

    public override void Dispose()
    {
        if (ownsFile)
            file.Dispose();
        base.Dispose();
    }
}
