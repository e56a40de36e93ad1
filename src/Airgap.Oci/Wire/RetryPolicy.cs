using Polly;
using Polly.Retry;

namespace Airgap.Oci.Wire;

/// <summary>
/// Retries requests to registries. <see cref="ServiceRetryPolicy"/> retries other programs and services; nothing else retries. An
/// operation that throws <see cref="TransientException"/> is retried; nothing inside a retried operation retries on its
/// own, so attempts never multiply.
/// </summary>
internal sealed class RetryPolicy
{
    private static readonly ResiliencePropertyKey<RetryBudget> s_budget = new("budget");

    private readonly ResiliencePipeline _pipeline;
    private readonly RegistryOptions? _options;

    public RetryPolicy(RegistryOptions options, Counters counters, RequestTrace trace)
    {
        _options = options;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = options.TimeProvider }
            .AddRetry(new RetryStrategyOptions
            {
                // The budget ends the retries.
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = static args =>
                ValueTask.FromResult(args.Outcome.Exception is TransientException e && BudgetOf(args.Context).TryTake(e)),
                DelayGenerator = static args => ValueTask.FromResult<TimeSpan?>(BudgetOf(args.Context).Delay),
                OnRetry = args =>
                {
                    counters.CountRetry(((TransientException)args.Outcome.Exception!).Failure, args.RetryDelay);
                    trace.Retry(BudgetOf(args.Context).Tries + 1, args.RetryDelay, args.Outcome.Exception!.Message);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    private RetryPolicy() => _pipeline = ResiliencePipeline.Empty;

    /// <summary>Makes a single attempt.</summary>
    public static RetryPolicy None { get; } = new();

    /// <summary>Runs an operation until it succeeds, fails permanently, or has used up its attempts.</summary>
    /// <param name="attempt">One attempt, from the beginning.</param>
    /// <param name="cancellationToken">Ends the operation or the wait before the next attempt.</param>
    /// <param name="alreadyFailed">The failure of the first attempt, if the caller has already made it.</param>
    public async Task<T> ExecuteAsync<T>(
        Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken, TransientException? alreadyFailed = null)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        if (_options is not null)
            context.Properties.Set(s_budget, new RetryBudget(_options));
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

                    return await attempt(running.CancellationToken);
                },
                context);
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

    private static RetryBudget BudgetOf(ResilienceContext context) => context.Properties.GetValue(s_budget, null!);
}
