namespace Airgap.Oci.Wire;

/// <summary>Takes work off the synchronization context of the program that calls, such as a window's thread.</summary>
/// <remarks>
/// Nothing in these libraries configures its awaits. The ways into them start their work here instead, so that a caller who blocks
/// cannot lock the work up, and a window's thread hashes no layer.
/// </remarks>
internal static class CallerContext
{
    /// <summary>True where the caller has a context or a scheduler that continuations would return to.</summary>
    public static bool Exists => SynchronizationContext.Current is not null || TaskScheduler.Current != TaskScheduler.Default;

    /// <summary>Starts the work at once where the caller has no context, and on the thread pool where it has one.</summary>
    public static Task LeaveAsync(Func<Task> work) => Exists ? Task.Run(work, CancellationToken.None) : work();

    /// <inheritdoc cref="LeaveAsync(Func{Task})"/>
    public static Task<T> LeaveAsync<T>(Func<Task<T>> work) => Exists ? Task.Run(work, CancellationToken.None) : work();

    /// <inheritdoc cref="LeaveAsync(Func{Task})"/>
    public static ValueTask<T> LeaveAsync<T>(Func<ValueTask<T>> work) =>
        Exists ? new(Task.Run(() => work().AsTask(), CancellationToken.None)) : work();

    /// <summary>Reads each next element off the caller's context.</summary>
    public static async IAsyncEnumerable<T> LeaveAsync<T>(IAsyncEnumerable<T> elements)
    {
        await using IAsyncEnumerator<T> each = elements.GetAsyncEnumerator(CancellationToken.None);
        while (await LeaveAsync(each.MoveNextAsync))
            yield return each.Current;
    }
}
