using Polly;
using Polly.Retry;

namespace Airgap.Oci.Wire;

/// <summary>
/// The only layer of retries. What is retried is what throws <see cref="TransientException"/>; nothing that runs inside
/// another retried operation retries on its own, so attempts never multiply.
/// </summary>
internal sealed class RetryPolicy
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <summary>A server may ask for hours (Docker Hub's quota does); failing tells the user more than a silent hour would.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(60);

    private readonly ResiliencePipeline _pipeline;

    public RetryPolicy(RegistryOptions options, Counters counters, RequestTrace trace)
    {
        if (options.RetryCount <= 1)
        {
            _pipeline = ResiliencePipeline.Empty;
            return;
        }

        _pipeline = new ResiliencePipelineBuilder { TimeProvider = options.TimeProvider }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.RetryCount - 1,
                Delay = options.RetryDelay,
                MaxDelay = LongestDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Exception is TransientException),
                DelayGenerator = static args => ValueTask.FromResult(AskedFor(args.Outcome.Exception)),
                OnRetry = args =>
                {
                    counters.CountRetry();
                    trace.Retry(args.AttemptNumber + 2, options.RetryCount, args.RetryDelay, args.Outcome.Exception!.Message);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    /// <summary>Runs an operation until it succeeds, fails for good, or has had its attempts.</summary>
    /// <param name="attempt">One attempt, from the beginning.</param>
    /// <param name="cancellationToken">Ends the operation or the wait before the next attempt.</param>
    /// <param name="alreadyFailed">How the first attempt failed, where it has been made already.</param>
    public async Task<T> ExecuteAsync<T>(
        Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken, TransientException? alreadyFailed = null)
    {
        try
        {
            return await _pipeline.ExecuteAsync(
                async token =>
                {
                    if (alreadyFailed is { } first)
                    {
                        alreadyFailed = null;
                        throw first;
                    }

                    return await attempt(token).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (TransientException e)
        {
            throw e.Failure;
        }
    }

    private static TimeSpan? AskedFor(Exception? exception) =>
        exception is TransientException { RetryAfter: { } asked } ? (asked < LongestRetryAfter ? asked : LongestRetryAfter) : null;
}
