using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Files;

namespace Airgap.Registry.Archives;

/// <summary>The hash of a blob while all of its bytes are read, and what it proves.</summary>
internal sealed class BlobHash : IDisposable
{
    private readonly ServedFile _file;
    private readonly long _start;
    private readonly Descriptor _descriptor;
    private readonly BlobProof _proof;
    private readonly FileFacts[] _state;
    private readonly bool _isSettled;
    private readonly bool _isFirm;
    private readonly IncrementalHash _hash;

    /// <summary>Begins, before the first byte is read.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="start">Where in it the blob starts.</param>
    /// <param name="descriptor">The blob.</param>
    /// <param name="proof">Takes what it proves.</param>
    /// <param name="state">The state of the blob's files.</param>
    public BlobHash(ServedFile file, long start, Descriptor descriptor, BlobProof proof, FileFacts[] state)
    {
        (_file, _start, _descriptor, _proof, _state) = (file, start, descriptor, proof, state);
        _isSettled = proof.IsSettled(state);

        // A store after the last look at the time and before the writing back has made another state, which the end sees.
        _isFirm = _isSettled && file.TryWriteBackMapped(start, descriptor.Size);
        _hash = IncrementalHash.CreateHash(descriptor.Digest.HashAlgorithm);
    }

    /// <summary>Receives the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>True when all bytes that were received are the blob.</summary>
    public bool IsRight()
    {
        if (Digest.FromHash(_descriptor.Digest.HashAlgorithm, _hash.GetCurrentHash()) != _descriptor.Digest)
            return false;
        if (_isSettled && _file.StateOf(_start, _descriptor.Size).AsSpan().SequenceEqual(_state))
            _proof.Take(_state, _isFirm);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
