using Airgap.Cluster.Applying;
using Airgap.Oci;

namespace Airgap.Cluster.Pruning;

/// <summary>Records what an apply made, also if it ends early: an object that nobody recorded is never removed.</summary>
/// <param name="pruner">Records it.</param>
/// <param name="onDone">Called for the inventory, if it changes.</param>
internal sealed class Recording(Pruner pruner, Action<AppliedObject> onDone)
{
    private const string Again =
        "Run the command again with the same manifests before one of them is taken out of the folder: that records them, except objects " +
        "that hold nothing but metadata.";

    /// <summary>How long an apply that ends early tries to record what it made.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Records everything after an apply.</summary>
    /// <param name="applied">What was applied; some may have been refused.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AirgapException">Why it is not recorded.</exception>
    public async Task CompleteAsync(IReadOnlyList<AppliedObject> applied, CancellationToken cancellationToken)
    {
        try
        {
            await pruner.RecordAsync(applied, onDone, cancellationToken);
        }
        catch (AirgapException failure) when (failure.Code != ErrorCode.FieldConflict)
        {
            throw new AirgapException(
                failure.Code, $"{failure.Message} What was applied stays, but is not recorded, so that no prune would find it.",
                failure.StatusCode == 422
                    ? "If the inventory is too large, give its manifests in several folders, each with a --prune NAME of its own."
                    : $"{failure.Advice} {Again}", failure)
            { StatusCode = failure.StatusCode };
        }
    }

    /// <summary>Records what an apply made before it was stopped or lost the cluster.</summary>
    /// <param name="applied">What it had applied.</param>
    /// <returns>A warning if it is not recorded; otherwise null.</returns>
    public async Task<Diagnostic?> AfterStopAsync(IReadOnlyList<AppliedObject> applied)
    {
        using CancellationTokenSource over = new(Limit);
        try
        {
            await pruner.RecordAsync(applied, onDone, over.Token);
            return null;
        }
        catch (Exception failure) when (failure is AirgapException or OperationCanceledException)
        {
            string why = failure is AirgapException refusal
                ? refusal.Message : $"the cluster did not answer within {Limit.TotalSeconds:0.#} s.";
            return new Diagnostic(ErrorCode.NotRecorded, $"What this run applied before it ended is not recorded: {why}", Again);
        }
    }
}
