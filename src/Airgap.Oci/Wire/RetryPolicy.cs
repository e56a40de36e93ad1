using Polly;
using Polly.Retry;

namespace Airgap.Oci.Wire;

/// <summary>
/// Retries of requests to registries; <see cref="FewTries"/> makes those of other programs and services, and nothing else retries. What is retried is what throws <see cref="TransientException"/>; nothing that runs inside
/// another retried operation retries on its own, so attempts never multiply.
/// </summary>
internal sealed class RetryPolicy
{
    private static readonly ResiliencePropertyKey<RetryBudget> Budget = new("budget");

    private readonly ResiliencePipeline _pipeline;
    private readonly RegistryOptions? _options;

    public RetryPolicy(RegistryOptions options, Counters counters, RequestTrace trace)
    {
        _options = options;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = options.TimeProvider }
            .AddRetry(new RetryStrategyOptions
            {
                // The budget ends them.
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Exception is TransientException e && BudgetOf(args.Context).TryTake(e)),
                DelayGenerator = static args => ValueTask.FromResult<TimeSpan?>(BudgetOf(args.Context).Delay),
                OnRetry = args =>
                {
                    counters.CountRetry();
                    trace.Retry(BudgetOf(args.Context).Tries + 1, args.RetryDelay, args.Outcome.Exception!.Message);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    private RetryPolicy() => _pipeline = ResiliencePipeline.Empty;

    /// <summary>Makes one attempt of everything.</summary>
    public static RetryPolicy None { get; } = new();

    /// <summary>Runs an operation until it succeeds, fails for good, or has had its attempts.</summary>
    /// <param name="attempt">One attempt, from the beginning.</param>
    /// <param name="cancellationToken">Ends the operation or the wait before the next attempt.</param>
    /// <param name="alreadyFailed">How the first attempt failed, where it has been made already.</param>
    public async Task<T> ExecuteAsync<T>(
        Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken, TransientException? alreadyFailed = null)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        if (_options is not null)
            context.Properties.Set(Budget, new RetryBudget(_options));
        try
        {
            return await _pipeline.ExecuteAsync(
                async running =>
                {
                    if (alreadyFailed is { } first)
                    {
                        alreadyFailed = null;
                        throw first;
                    }

                    return await attempt(running.CancellationToken).ConfigureAwait(false);
                },
                context).ConfigureAwait(false);
        }
        catch (TransientException e)
        {
            throw e.Failure;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static RetryBudget BudgetOf(ResilienceContext context) => context.Properties.GetValue(Budget, null!);
}
