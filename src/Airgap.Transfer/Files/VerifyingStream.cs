using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Files;

/// <summary>
/// Reads exactly a descriptor's bytes and verifies their digest while reading. The read of the last byte fails if it
/// differs, so that a consumer never completes with wrong bytes.
/// </summary>
internal sealed class VerifyingStream : LimitedStream
{
    private readonly Descriptor _descriptor;
    private readonly Func<Digest?, Exception> _mismatch;
    private readonly IncrementalHash _hash;
    private bool _verified;

    /// <param name="inner">The stream, positioned at the first byte; disposed with this stream.</param>
    /// <param name="descriptor">The expected digest and size.</param>
    /// <param name="mismatch">Makes the failure for another digest, or for an early end (null).</param>
    public VerifyingStream(Stream inner, Descriptor descriptor, Func<Digest?, Exception> mismatch)
        : base(inner, descriptor.Size)
    {
        _descriptor = descriptor;
        _mismatch = mismatch;
        _hash = IncrementalHash.CreateHash(descriptor.Digest.HashAlgorithm);
        if (descriptor.Size == 0)
            Verify();
    }

    protected override void OnRead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            if (Remaining > 0)
                throw _mismatch(null);
            return;
        }

        _hash.AppendData(bytes);
        if (Remaining == 0 && !_verified)
            Verify();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }

    private void Verify()
    {
        _verified = true;
        Digest actual = Digest.FromHash(_descriptor.Digest.HashAlgorithm, _hash.GetHashAndReset());
        if (actual != _descriptor.Digest)
            throw _mismatch(actual);
    }
}
