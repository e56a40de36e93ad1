namespace Airgap.Registry.Storage;

/// <summary>The exclusive right to write to an upload, for one request at a time.</summary>
internal sealed class UploadTurns
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private CancellationTokenSource? _writer;

    /// <summary>
    /// Takes the right to write. A request that arrives while another writes takes over: the client has abandoned the
    /// other, which the server may notice only much later.
    /// </summary>
    public async Task<Turn> EnterAsync(CancellationToken cancellationToken)
    {
        CancellationTokenSource mine = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_lock)
        {
            _writer?.Cancel();
            _writer = mine;
        }

        try
        {
            await _turn.WaitAsync(mine.Token);
        }
        catch
        {
            Forget(mine);
            throw;
        }

        return new Turn(this, mine);
    }

    /// <summary>Takes the right to write when no request has it.</summary>
    public Turn? TryEnter()
    {
        if (!_turn.Wait(0))
            return null;
        CancellationTokenSource mine = new();
        lock (_lock)
            _writer = mine;
        return new Turn(this, mine);
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
    internal readonly struct Turn(UploadTurns turns, CancellationTokenSource source) : IDisposable
    {
        /// <summary>Ends with the request, or when another request takes over.</summary>
        public CancellationToken Token => source.Token;

        public void Dispose()
        {
            turns.Forget(source);
            turns._turn.Release();
        }
    }
}
