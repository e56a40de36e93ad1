using System.Diagnostics.CodeAnalysis;
using Polly;
using Polly.Retry;

namespace Airgap.Oci.Wire;

/// <summary>
/// Retries like those of <see cref="RetryPolicy"/>, for programs and services other than registries: a small number of
/// attempts, with a wait that grows by the same step.
/// </summary>
internal static class ServiceRetryPolicy
{
    /// <summary>Makes the layer.</summary>
    /// <param name="clock">Measures the waits.</param>
    /// <param name="attempts">The total number of attempts, 2 or more.</param>
    /// <param name="step">The wait after the first attempt; the wait after attempt n is n times as long.</param>
    /// <param name="isWorthRetrying">Determines by the result or exception of an attempt whether to retry.</param>
    /// <param name="onRetry">Receives the number of each attempt that failed, from 1, and its outcome.</param>
    /// <param name="waitOf">The wait after an attempt, if its outcome names one; null to use the steps alone.</param>
    /// <returns>A pipeline that returns the result, or throws the exception, of the last attempt.</returns>
    public static ResiliencePipeline<T> Create<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] T>(
        TimeProvider clock, int attempts, TimeSpan step, Func<Outcome<T>, bool> isWorthRetrying,
        Action<int, Outcome<T>>? onRetry = null, Func<Outcome<T>, TimeSpan?>? waitOf = null) =>
        new ResiliencePipelineBuilder<T> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<T>
            {
                MaxRetryAttempts = attempts - 1,
                ShouldHandle = args => ValueTask.FromResult(isWorthRetrying(args.Outcome)),
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(waitOf?.Invoke(args.Outcome) ?? (step * (args.AttemptNumber + 1))),
                OnRetry = args =>
                {
                    onRetry?.Invoke(args.AttemptNumber + 1, args.Outcome);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
}
