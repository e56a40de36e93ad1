using Airgap.Oci;

namespace Airgap.Registry.Storage;

/// <summary>
/// Keeps content from being collected as garbage while a request makes it part of a repository. A request that pins a
/// digest before it checks for the content either finds it for as long as it needs it, or finds it missing and stores
/// it again.
/// </summary>
internal sealed class ContentPins
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Digest, int> _held = [];
    private HashSet<Digest>? _sinceSweep;

    /// <summary>Pins content, whether it exists or not, until the result is disposed.</summary>
    public IDisposable Hold(Digest digest)
    {
        lock (_lock)
        {
            _held[digest] = _held.GetValueOrDefault(digest) + 1;
            _sinceSweep?.Add(digest);
        }

        return new Pin(this, digest);
    }

    /// <summary>
    /// Begins a sweep: until the result is disposed, content that was pinned at any time since then is not removed. One
    /// sweep at a time.
    /// </summary>
    public IDisposable BeginSweep()
    {
        lock (_lock)
        {
            // A current pin's owner may have checked before the sweep, and may create the link after it.
            _sinceSweep = [.. _held.Keys];
        }

        return new Sweep(this);
    }

    /// <summary>
    /// Removes content in a sweep, unless it was pinned since the sweep began. It cannot be pinned while <paramref name="remove"/> runs.
    /// </summary>
    /// <returns>False if it was pinned, or <paramref name="remove"/> did not remove it.</returns>
    public bool TryRemove(Digest digest, Func<bool> remove)
    {
        lock (_lock)
            return _sinceSweep is { } since && !since.Contains(digest) && remove();
    }

    private void Release(Digest digest)
    {
        lock (_lock)
        {
            if (--_held[digest] == 0)
                _held.Remove(digest);
        }
    }

    private void EndSweep()
    {
        lock (_lock)
            _sinceSweep = null;
    }

    private sealed class Pin(ContentPins pins, Digest digest) : IDisposable
    {
        public void Dispose() => pins.Release(digest);
    }

    private sealed class Sweep(ContentPins pins) : IDisposable
    {
        public void Dispose() => pins.EndSweep();
    }
}
