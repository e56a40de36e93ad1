using System.IO.Pipelines;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Registry.Storage;

namespace Airgap.Registry.Archives;

/// <summary>
/// A blob at its place in an archive. When it is sent whole, its digest is checked on the way, and the last bytes are sent only when it is
/// right; a part is sent only while the file is unchanged.
/// </summary>
/// <param name="file">The archive.</param>
/// <param name="start">Where in it the blob starts.</param>
/// <param name="descriptor">The blob.</param>
/// <param name="ownsFile">True to close the file with this content.</param>
internal sealed class ArchivedContent(ServedFile file, long start, Descriptor descriptor, bool ownsFile = false) : StoredContent
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
        using IncrementalHash? hash = offset == 0 && count == Length ? IncrementalHash.CreateHash(descriptor.Digest.HashAlgorithm) : null;
        if (count == 0)
            return IsRight(hash, from, total);
        return await CopyAsync(writer, offset, count, (memory, at, token) => file.ReadAsync(memory, start + at, token),
            MayPass, cancellationToken);

        bool MayPass(ReadOnlyMemory<byte> piece, bool isLast)
        {
            hash?.AppendData(piece.Span);
            return !isLast || IsRight(hash, from, total);
        }
    }

    public override void Dispose()
    {
        if (ownsFile)
            file.Dispose();
        base.Dispose();
    }

    private bool IsRight(IncrementalHash? hash, long from, long count) =>
        !file.HasChangedIn(from, count)
            && (hash is null || Digest.FromHash(descriptor.Digest.HashAlgorithm, hash.GetCurrentHash()) == descriptor.Digest);
}
