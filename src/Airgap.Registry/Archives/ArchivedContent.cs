using System.Buffers;
using System.IO.Pipelines;
using Airgap.Oci.Content;
using Airgap.Oci.Files;
using Airgap.Registry.Storage;

namespace Airgap.Registry.Archives;

/// <summary>
/// A blob in an archive. While it is sent whole, its digest is computed, and the last bytes are sent only if the digest is
/// right, or if it was right before and the file is unchanged. After a successful check, a range is sent only if its pieces are
/// the same as at the check; before, only while the file is unchanged since it was opened.
/// </summary>
/// <param name="file">The archive.</param>
/// <param name="start">Where in it the blob starts.</param>
/// <param name="descriptor">The blob.</param>
/// <param name="proof">The results of earlier checks.</param>
/// <param name="ownsFile">True to close the file with this content.</param>
internal sealed class ArchivedContent(ServedFile file, long start, Descriptor descriptor, BlobProof proof, bool ownsFile = false)
    : StoredContent
{
    private delegate bool PieceCheck(long piece, ReadOnlySpan<byte> bytes);

    public override long Length => descriptor.Size;

    public override int Read(Span<byte> buffer, long offset)
    {
        buffer = buffer[..(int)Math.Min(buffer.Length, Math.Max(0, Length - offset))];
        return file.Read(buffer, start + offset);
    }

    public override async ValueTask<bool> SendAsync(PipeWriter writer, long offset, long count, CancellationToken cancellationToken)
    {
        file.Check(start + offset, count);
        FileFacts[] state = file.StateOf(start, Length);
        if (proof.Holds(state))
            return await SendUnchangedAsync(writer, offset, count, (start, Length, state), cancellationToken);
        if (offset == 0 && count == Length)
        {
            using BlobCheck check = new(file, start, descriptor, proof, state);
            return await SendCheckedAsync(
                writer, offset, count, check.Append, () => !file.HasChangedIn(start, Length) && check.IsRight(), cancellationToken);
        }

        if (proof.Marks is null)
        {
            FileFacts[] part = file.StateOf(start + offset, count);
            if (file.IsAsOpened(start + offset, count, part))
                return await SendUnchangedAsync(writer, offset, count, (start + offset, count, part), cancellationToken);

            // A new name, other permissions, or an edit with a restored time also change the state; then the bytes decide.
            file.Check(start, Length);
            if (!await IsRightAsync(state, cancellationToken))
                throw new ArchiveChangedException(file.Path);
        }

        if (proof.Marks is not { } known)
            return await SendUnchangedAsync(writer, offset, count, (start, Length, state), cancellationToken);
        using PieceMarks marks = new(proof.All.Key, known);
        return await SendCheckedAsync(writer, offset, count, marks.Hold, () => true, cancellationToken);
    }

    public override void Check() => file.Check(start, Length);

    /// <summary>The archive was verified when it was written, so other bytes are a change.</summary>
    public override Exception? Damage() => new ArchiveChangedException(file.Path);

    public override void Dispose()
    {
        if (ownsFile)
            file.Dispose();
        base.Dispose();
    }

    // Sends bytes while the state stays the same. The state is read after the last byte, so that it shows every write before.
    private async ValueTask<bool> SendUnchangedAsync(
        PipeWriter writer, long offset, long count, (long From, long Count, FileFacts[] State) held, CancellationToken cancellationToken)
    {
        return count == 0 ? MayEnd() : await CopyAsync(
            writer, offset, count, (memory, at, token) => file.ReadAsync(memory, start + at, token), (_, isLast) => !isLast || MayEnd(),
            cancellationToken);

        bool MayEnd() => !file.HasChangedIn(held.From, held.Count)
            && file.StateOf(held.From, held.Count).AsSpan().SequenceEqual(held.State);
    }

    // The checked bytes are sent, even if the file changes meanwhile.
    private async ValueTask<bool> SendCheckedAsync(
        PipeWriter writer, long offset, long count, PieceCheck isRight, Func<bool> mayEnd, CancellationToken cancellationToken)
    {
        if (count == 0)
            return mayEnd();
        long end = offset + count;
        bool isFirst = true;
        while (offset < end)
        {
            long piece = offset / PieceMarks.PieceSize;
            int from = (int)(offset % PieceMarks.PieceSize);
            int length = LengthOf(piece);
            int until = (int)Math.Min(length, from + end - offset);
            bool isWhole = until - from == length;
            byte[]? rented = isWhole ? null : ArrayPool<byte>.Shared.Rent(length);
            try
            {
                Memory<byte> memory = (rented ?? writer.GetMemory(length))[..length];
                await ReadAsync(piece, memory, cancellationToken);
                if (!isRight(piece, memory.Span))
                    return !isFirst ? false : throw new ArchiveChangedException(file.Path);
                offset += until - from;
                isFirst = false;
                if (offset == end && !mayEnd())
                    return false;
                if (!isWhole)
                    memory.Span[from..until].CopyTo(writer.GetSpan(until - from));
                writer.Advance(until - from);
            }
            finally
            {
                if (rented is not null)
                    ArrayPool<byte>.Shared.Return(rented);
            }

            RequireReceiver(await writer.FlushAsync(cancellationToken));
        }

        return true;
    }

    private async Task<bool> IsRightAsync(FileFacts[] state, CancellationToken cancellationToken)
    {
        using BlobCheck check = new(file, start, descriptor, proof, state);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PieceMarks.PieceSize);
        try
        {
            for (long piece = 0; piece * PieceMarks.PieceSize < Length; piece++)
            {
                Memory<byte> memory = buffer.AsMemory(0, LengthOf(piece));
                await ReadAsync(piece, memory, cancellationToken);
                if (!check.Append(piece, memory.Span))
                    return false;
            }

            return check.IsRight();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int LengthOf(long piece) => (int)Math.Min(PieceMarks.PieceSize, Length - (piece * PieceMarks.PieceSize));

    private async ValueTask ReadAsync(long piece, Memory<byte> memory, CancellationToken cancellationToken)
    {
        long offset = start + (piece * PieceMarks.PieceSize);
        while (!memory.IsEmpty)
        {
            int read = await file.ReadAsync(memory, offset, cancellationToken);
            if (read == 0)
                throw new ArchiveChangedException(file.Path);
            (memory, offset) = (memory[read..], offset + read);
        }
    }
}
