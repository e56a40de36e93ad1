using System.IO.Pipelines;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Files;
using Airgap.Registry.Storage;

namespace Airgap.Registry.Archives;

/// <summary>
/// A blob at its place in an archive. When it is sent whole, its digest is checked on the way, and the last bytes are sent only when it is
/// right, or when it was right before and the file has not changed since; a part is sent only while the file is unchanged.
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
        FileFacts[]? state = offset == 0 && count == Length ? file.StateOf(from, total) : null;
        bool isSettled = state is not null && proof.IsSettled(state);
        using IncrementalHash? hash = state is null || proof.Holds(state)
            ? null : IncrementalHash.CreateHash(descriptor.Digest.HashAlgorithm);
        if (count == 0)
            return IsRight();
        return await CopyAsync(writer, offset, count, (memory, at, token) => file.ReadAsync(memory, start + at, token),
            MayPass, cancellationToken);

        bool MayPass(ReadOnlyMemory<byte> piece, bool isLast)
        {
            hash?.AppendData(piece.Span);
            return !isLast || IsRight();
        }

        // Asked after the last byte was read: a write before that has changed the state.
        bool IsRight()
        {
            if (file.HasChangedIn(from, total))
                return false;
            if (state is null)
                return true;
            bool isSame = file.StateOf(from, total).AsSpan().SequenceEqual(state);
            if (hash is null)
                return isSame;
            if (Digest.FromHash(descriptor.Digest.HashAlgorithm, hash.GetCurrentHash()) != descriptor.Digest)
                return false;
            if (isSame && isSettled)
                proof.Take(state);
            return true;
        }
    }

    public override void Dispose()
    {
        if (ownsFile)
            file.Dispose();
        base.Dispose();
    }
}
