using Airgap.Oci.Files;

namespace Airgap.Oci.Content;

/// <summary>
/// Keeps manifests and small blobs of a plan. Bytes beyond a small memory budget go to a temporary file, so that memory
/// does not grow with their number. If no file can be written, memory is used up to a limit. It needs no disposal.
/// </summary>
/// <param name="budget">Bytes that are kept in memory.</param>
/// <param name="limit">Bytes that are kept in memory if no file can be written.</param>
/// <param name="folder">The folder of the temporary file; null for the system's.</param>
internal sealed class ByteStore(long budget = ByteStore.DefaultBudget, long limit = ByteStore.DefaultLimit, string? folder = null)
{
    /// <summary>Enough for the manifests and configs of about ten thousand typical images.</summary>
    public const long DefaultBudget = 32 * 1024 * 1024;

    /// <summary>Memory that a machine without a writable temporary folder can be expected to have.</summary>
    public const long DefaultLimit = 512 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly string _folder = folder ?? TemporaryFolder.Location;
    private SpillFile? _file;
    private Exception? _failure;
    private long _inMemory;

    /// <summary>Bytes in the temporary file.</summary>
    public long Spilled { get; private set; }

    /// <summary>Keeps verified bytes.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.TooManyManifests"/>: neither memory nor a temporary file
    /// can take them.</exception>
    public StoredBytes Hold(ReadOnlyMemory<byte> bytes, Digest digest)
    {
        lock (_lock)
        {
            if (_inMemory + bytes.Length > budget && TrySpill(bytes.Span) is { } offset)
                return new StoredBytes(_file!, offset, bytes.Length, digest);
            if (_inMemory + bytes.Length > Math.Max(budget, limit))
                throw Full(digest, _failure!);
            _inMemory += bytes.Length;
            return new StoredBytes(bytes);
        }
    }

    private long? TrySpill(ReadOnlySpan<byte> bytes)
    {
        if (_failure is not null)
            return null;
        try
        {
            _file ??= SpillFile.Create(_folder);
            long offset = _file.Append(bytes);
            Spilled += bytes.Length;
            return offset;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failure = e;
            return null;
        }
    }

    private AirgapException Full(Digest digest, Exception failure) => new(
        ErrorCode.TooManyManifests,
        $"The manifests of the requested images, including {digest}, have more than the {limit} bytes that are kept in memory. " +
        $"{TemporaryFolder.NotWritten(_folder, failure)}.",
        $"Free or create it, or {TemporaryFolder.NameAnother}.",
        failure)
    { Digest = digest.ToString() };
}
