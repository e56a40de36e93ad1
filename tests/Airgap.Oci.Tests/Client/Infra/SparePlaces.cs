using Airgap.Oci.Content;

namespace Airgap.Oci.Tests.Client.Infra;

/// <summary>A fixed number of connections for parts.</summary>
internal sealed class SparePlaces(int count) : ISparePlaces
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _free = new();
    private int _taken;

    public int Taken
    {
        get
        {
            lock (_lock)
                return _taken;
        }
    }

    public bool HasSpareFor(bool isWanted) => Taken < count;

    public bool TryEnterSpare()
    {
        lock (_lock)
        {
            if (_taken == count)
                return false;
            if (_taken++ == 0)
                _free = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_taken == 0)
                _free.SetResult();
        }
    }

    /// <summary>Completes when all connections are free: only parts that need none are in progress.</summary>
    public Task WhenFreeAsync()
    {
        lock (_lock)
            return _taken == 0 ? Task.CompletedTask : _free.Task;
    }
}
