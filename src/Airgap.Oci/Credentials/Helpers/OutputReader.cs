using System.Text;

namespace Airgap.Oci.Credentials.Helpers;

/// <summary>
/// Reads an output of a program: keeps the first bytes and discards the rest, so that a program with much output does not block on a full
/// pipe.
/// </summary>
/// <param name="stream">The output.</param>
/// <param name="most">The maximum number of bytes to keep.</param>
internal sealed class OutputReader(Stream stream, int most)
{
    private const int FirstBytes = 64 * 1024;

    private readonly TaskCompletionSource _tooLong = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private byte[] _kept = new byte[Math.Min(most, FirstBytes)];
    private int _count;

    /// <summary>Completes when the output exceeds the limit.</summary>
    public Task TooLong => _tooLong.Task;

    /// <summary>True when the output exceeded the limit.</summary>
    public bool IsTooLong => _tooLong.Task.IsCompleted;

    /// <summary>The output so far.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
                return Encoding.UTF8.GetString(_kept, 0, _count);
        }
    }

    /// <summary>Reads until the end or until cancelled, which is not a failure: the output so far is kept.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                int read = await stream.ReadAsync(buffer, cancellationToken);
                if (read == 0)
                    return;
                Keep(buffer.AsSpan(0, read));
            }
        }
        catch (OperationCanceledException)
        {
            // The canceller already knows.
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            int kept = Math.Min(bytes.Length, most - _count);
            if (_count + kept > _kept.Length)
                Array.Resize(ref _kept, Math.Min(most, Math.Max(_count + kept, 2 * _kept.Length)));
            bytes[..kept].CopyTo(_kept.AsSpan(_count));
            _count += kept;
            if (kept < bytes.Length)
                _tooLong.TrySetResult();
        }
    }
}
