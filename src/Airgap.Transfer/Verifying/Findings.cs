using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Airgap.Oci;

namespace Airgap.Transfer.Verifying;

/// <summary>Gathers what is wrong, and counts what was read.</summary>
internal sealed class Findings
{
    private const string Advice = "Relocate it again from where it is right. With --repair, a copy to a repository reads what is there and sends again what is missing or damaged.";
    private readonly ImmutableArray<Diagnostic>.Builder _problems = ImmutableArray.CreateBuilder<Diagnostic>();
    private int _manifests;
    private int _blobs;
    private long _bytes;

    /// <summary>Adds a problem.</summary>
    public void Add(ErrorCode code, string message, string? reference = null, Digest? digest = null) =>
        _problems.Add(new Diagnostic(code, message, Advice) { Reference = reference, Digest = digest?.ToString() });

    /// <summary>Adds a failure, with the place it was met unless it names one.</summary>
    public void Add(AirgapException failure, string reference, Digest? digest)
    {
        Diagnostic problem = failure.ToDiagnostic();
        _problems.Add(problem with { Reference = problem.Reference ?? reference, Digest = problem.Digest ?? digest?.ToString() });
    }

    /// <summary>Adds a problem as another step tells it, with the place it was met unless it names one.</summary>
    public void Add(Diagnostic problem, string reference) => _problems.Add(problem with { Reference = problem.Reference ?? reference });

    /// <summary>Counts a config or layer that was read elsewhere.</summary>
    public void CountBlob(long bytes)
    {
        _blobs++;
        _bytes += bytes;
    }

    /// <summary>Counts a manifest.</summary>
    public void CountManifest(long bytes)
    {
        _manifests++;
        _bytes += bytes;
    }

    /// <summary>Reads bytes to the end and compares size and digest; adds a problem and returns false where they differ.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="digest">What they must have.</param>
    /// <param name="size">What they must have; null for any.</param>
    /// <param name="where">For the message.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<bool> CheckAsync(Stream content, Digest digest, long? size, string where, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(digest.HashAlgorithm);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        long length = 0;
        try
        {
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                length += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _blobs++;
        _bytes += length;
        Digest actual = Digest.FromHash(digest.HashAlgorithm, hash.GetHashAndReset());
        if (actual != digest)
            Add(ErrorCode.DigestMismatch, $"{where}: {digest} has the digest {actual}.", where, digest);
        else if (size is { } expected && expected != length)
            Add(ErrorCode.SizeMismatch, $"{where}: {digest} has {length} bytes, and what refers to it says {expected}.", where, digest);
        else
            return true;
        return false;
    }

    /// <summary>The result so far.</summary>
    public VerificationResult Result(string target) => new(target, _manifests, _blobs, _bytes, _problems.ToImmutable());
}
