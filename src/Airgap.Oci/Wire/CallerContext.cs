namespace Airgap.Oci.Wire;

/// <summary>Moves work off the synchronization context of the calling program, such as a window's thread.</summary>
/// <remarks>
/// These libraries do not configure their awaits. Their entry points start the work here instead, so that a blocking
/// caller cannot cause a deadlock, and a window's thread hashes no layers.
/// </remarks>
internal static class CallerContext
{
    /// <summary>True if the caller has a context or a scheduler that continuations would return to.</summary>
    public static bool Exists => SynchronizationContext.Current is not null || TaskScheduler.Current != TaskScheduler.Default;

    /// <summary>Starts the work immediately if the caller has no context, else on the thread pool.</summary>
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
