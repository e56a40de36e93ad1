namespace Airgap.Registry.Storage;

/// <summary>The exclusive right to write to an upload, for one request at a time.</summary>
internal sealed class UploadLock
{
    private readonly SemaphoreSlim _semaphore = new(1, 1);
    private readonly Lock _lock = new();
    private CancellationTokenSource? _writer;

    /// <summary>
    /// Takes the right to write. A request that arrives while another writes takes over: the client has abandoned the
    /// other, which the server may notice only much later.
    /// </summary>
    public async Task<Lease> EnterAsync(CancellationToken cancellationToken)
    {
        CancellationTokenSource mine = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_lock)
        {
            _writer?.Cancel();
            _writer = mine;
        }

        try
        {
            await _semaphore.WaitAsync(mine.Token);
        }
        catch
        {
            Forget(mine);
            throw;
        }

        return new Lease(this, mine);
    }

    /// <summary>Takes the right to write when no request has it.</summary>
    public Lease? TryEnter()
    {
        if (!_semaphore.Wait(0))
            return null;
        CancellationTokenSource mine = new();
        lock (_lock)
            _writer = mine;
        return new Lease(this, mine);
    }

    private void Forget(CancellationTokenSource mine)
    {
        lock (_lock)
        {
            if (_writer == mine)
                _writer = null;
            mine.Dispose();
        }
    }

    /// <summary>The right to write, until it is disposed.</summary>
    internal readonly struct Lease(UploadLock owner, CancellationTokenSource source) : IDisposable
    {
        /// <summary>Ends with the request, or when another request takes over.</summary>
        public CancellationToken Token => source.Token;

        public void Dispose()
        {
            owner.Forget(source);
            owner._semaphore.Release();
        }
    }
}
