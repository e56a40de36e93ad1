using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Airgap.Transfer.Plans;

/// <summary>
/// Work that is done once for each key, even for concurrent callers. A failure is kept like a result, until it is
/// removed.
/// </summary>
internal sealed class SharedTasks<TKey, T>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Lazy<Task<T>>> _tasks = new();

    /// <summary>The work for a key; the first caller starts it.</summary>
    public Task<T> GetOrAdd(TKey key, Func<TKey, Task<T>> start) =>
        _tasks.GetOrAdd(key, static (asked, begin) => new Lazy<Task<T>>(() => begin(asked)), start).Value;

    /// <summary>Sets a result that was obtained elsewhere, replacing an earlier one.</summary>
    public void Set(TKey key, T result) => _tasks[key] = Done(result);

    /// <summary>Sets a result that was obtained elsewhere, if there is none and none is in progress.</summary>
    public void TryAdd(TKey key, T result) => _tasks.TryAdd(key, Done(result));

    /// <summary>Returns a result if it is available, without waiting.</summary>
    public bool TryGetResult(TKey key, [MaybeNullWhen(false)] out T result)
    {
        bool isThere = _tasks.TryGetValue(key, out Lazy<Task<T>>? known) && known.IsValueCreated && known.Value.IsCompletedSuccessfully;
        result = isThere ? known!.Value.Result : default;
        return isThere;
    }

    /// <summary>Removes a key, so that the next caller starts the work again.</summary>
    public void Remove(TKey key) => _tasks.TryRemove(key, out _);

    /// <summary>Removes failed work, unless other work has replaced it.</summary>
    public void Remove(TKey key, Task<T> failed)
    {
        if (_tasks.TryGetValue(key, out Lazy<Task<T>>? known) && known.Value == failed)
            _tasks.TryRemove(new KeyValuePair<TKey, Lazy<Task<T>>>(key, known));
    }

    /// <summary>All requested work.</summary>
    public IEnumerable<(TKey Key, Task<T> Work)> All() => _tasks.Select(entry => (entry.Key, entry.Value.Value));

    private static Lazy<Task<T>> Done(T result) => new(Task.FromResult(result));
}
