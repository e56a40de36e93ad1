using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Files;

namespace Airgap.Registry.Archives;

/// <summary>
/// Checks a blob while all of its pieces are read, by the marks of an earlier check or by its digest, and remembers the result.
/// </summary>
internal sealed class BlobCheck : IDisposable
{
    private readonly ServedFile _file;
    private readonly long _start;
    private readonly Descriptor _descriptor;
    private readonly BlobProof _proof;
    private readonly FileFacts[] _state;
    private readonly bool _isFirm;
    private readonly byte[]? _made;
    private readonly PieceMarks? _marks;
    private readonly IncrementalHash? _hash;

    /// <summary>Begins, before the first byte is read.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="start">Where in it the blob starts.</param>
    /// <param name="descriptor">The blob.</param>
    /// <param name="proof">The results of earlier checks; receives this one's.</param>
    /// <param name="state">The state of the blob's files.</param>
    public BlobCheck(ServedFile file, long start, Descriptor descriptor, BlobProof proof, FileFacts[] state)
    {
        (_file, _start, _descriptor, _proof, _state) = (file, start, descriptor, proof, state);

        // A write through mapped memory after the state was read changes the state, and IsRight detects that.
        _isFirm = proof.All.IsSettled(state) && file.TryWriteBackMapped(start, descriptor.Size);
        if (proof.Marks is { } known)
        {
            _marks = new PieceMarks(proof.All.Key, known);
            return;
        }

        _hash = IncrementalHash.CreateHash(descriptor.Digest.HashAlgorithm);
        if (!PieceMarks.AreSupported || PieceMarks.BytesFor(descriptor.Size) is not (<= BlobProofs.MarksOf256GiB and var bytes))
            return;
        _made = new byte[bytes];
        _marks = new PieceMarks(proof.All.Key, _made);
    }

    /// <summary>Receives the next piece.</summary>
    /// <returns>False if it differs from the piece that an earlier check found right.</returns>
    public bool Append(long piece, ReadOnlySpan<byte> bytes)
    {
        if (_hash is null)
            return _marks!.Hold(piece, bytes);
        _hash.AppendData(bytes);
        if (_made is not null)
            _marks!.Make(piece, bytes);
        return true;
    }

    /// <summary>True when all bytes that were received are the blob.</summary>
    public bool IsRight()
    {
        if (_hash is not null
            && Digest.FromHash(_descriptor.Digest.HashAlgorithm, _hash.GetCurrentHash()) != _descriptor.Digest)
            return false;
        if (_made is not null)
            _proof.Take(_made);
        if (_isFirm && _file.StateOf(_start, _descriptor.Size).AsSpan().SequenceEqual(_state))
            _proof.Take(_state);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _marks?.Dispose();
        _hash?.Dispose();
    }
}
