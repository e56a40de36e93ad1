using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// Carries out a plan at any destination. Blobs move concurrently, the longest first, so that no long one is left at the end; a manifest
/// follows only after the last blob or child that it refers to has arrived.
/// </summary>
/// <param name="plan">The content.</param>
/// <param name="target">The destination.</param>
/// <param name="options">The options.</param>
/// <param name="observer">Receives progress events.</param>
/// <param name="places">Limits the number of concurrent blobs.</param>
internal sealed class TransferEngine(
    TransferPlan plan, ITransferTarget target, TransferOptions options, AdaptiveConcurrency places, ITransferObserver observer)
    : IDisposable
{
    private readonly BlobArrivals _blobs = new(plan);
    private readonly ImageFailures _failures = new(options.KeepGoing);
    private readonly FirstFailure _failure = new();
    private TransferSpans _spans = null!; // set by RunAsync, before the first blob
    private ManifestPuts _manifests = null!; // set by RunAsync, before the first

    public async Task<TransferResult> RunAsync(RelocationDestination destination, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        observer.PhaseStarted(TransferPhase.Transferring, plan);
        _spans = new TransferSpans(plan, destination is RelocationDestination.Repository { Name: var to } ? to.Registry : "archive");
        using Activity? span = RelocationTelemetry.Begin(TransferPhase.Transferring, plan.Trace);
        using ManifestPuts manifests = _manifests = new ManifestPuts(target, options, _blobs, _spans);
        ImmutableArray<PlannedBlob> missing = await target.PrepareAsync(cancellationToken);
        _spans.CountPresent(_blobs.SetPresentBut(missing));
        _failures.AddRange(plan.Failures);
        _failures.Phase = TransferPhase.Transferring;
        using CancellationTokenRegistration registration = cancellationToken.Register(_failure.Stop);
        missing = await PutFirstAsync(missing);
        Task<BlobOutcome?[]> items = PutItemsAsync(_failure.Token);
        await _failure.WhenAllAsync(
            [PutBlobsAsync(missing, _failure.Token), items, .. options.Admission is { } begun ? [begun] : Array.Empty<Task>()]);
        BlobOutcome?[] outcomes = await items;

        span?.Dispose();
        observer.PhaseStarted(TransferPhase.Completing, plan);
        using Activity? completing = RelocationTelemetry.Begin(TransferPhase.Completing, plan.Trace);
        _failures.Phase = TransferPhase.Completing;
        if (options.Admission is { } admission)
            await admission.WaitAsync(cancellationToken);
        await target.CompleteAsync(_failures, cancellationToken);

        ImmutableArray<RelocatedItem> relocated =
        [
            .. plan.Items.Zip(outcomes).Where(pair => pair.Second is not null)
            .Select(pair => target.Describe(pair.First, pair.Second!.Value)),
        ];
        return new TransferResult
        {
            Plan = plan,
            Destination = destination,
            Items = relocated,
            Root = plan.Root is null ? null : relocated.FirstOrDefault(item => item.Item == plan.Root),
            Blobs = _blobs.All,
            Failures = _failures.All,
            Written = target.Written,
            Elapsed = Stopwatch.GetElapsedTime(started),
            Warnings = plan.Warnings,
        };
    }

    // Content that the destination may refuse goes first, so that nothing else is sent in vain.
    private async Task<ImmutableArray<PlannedBlob>> PutFirstAsync(ImmutableArray<PlannedBlob> missing)
    {
        if (target.First is not { } first)
            return missing;
        HashSet<Digest> needed = [.. first.SelfAndDescendants().SelectMany(node => node.Blobs).Select(blob => blob.Digest)];
        ILookup<bool, PlannedBlob> ahead = missing.ToLookup(blob => needed.Contains(blob.Descriptor.Digest));
        await _failure.WhenAllAsync([PutBlobsAsync([.. ahead[true]], _failure.Token), TryFirstAsync()]);
        return [.. ahead[false]];

        // Its own item meets the same failure; the others continue if requested.
        Task TryFirstAsync() => _failures.PassOverAsync(_manifests.PutOnce(first, _failure.Token), target.IsLost, observer);
    }

    public void Dispose() => _failure.Dispose();

    private Task PutBlobsAsync(ImmutableArray<PlannedBlob> missing, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        target.Order(missing),
        new ParallelOptions
        {
            MaxDegreeOfParallelism = Math.Max(1, Math.Max(options.Concurrency, options.MostConcurrency)),
            CancellationToken = cancellationToken
        },
        async (blob, token) =>
        {
            TaskCompletionSource<BlobOutcome> arrival = _blobs[blob.Descriptor.Digest];
            bool entered = false;
            Activity? span = null;
            try
            {
                await places.EnterAsync(token);
                entered = true;
                span = _spans.BeginBlob(blob.Descriptor);
                observer.BlobStarted(blob.Descriptor);
                BlobOutcome outcome = await target.PutBlobAsync(blob, new BlobProgress(observer, places, blob.Descriptor), token);
                observer.BlobFinished(blob.Descriptor, outcome);
                _spans.EndBlob(span, blob.Descriptor, outcome);
                arrival.SetResult(outcome);
            }
            catch (OperationCanceledException)
            {
                arrival.TrySetCanceled(CancellationToken.None);
                throw;
            }
            catch (Exception e)
            {
                // Callers that await this blob are cancelled before this failure reaches them, so it is kept as the one to report.
                Exception failure = BlobFailure.Named(e, blob, plan);
                RelocationTelemetry.Fail(span, failure);
                if (failure is AirgapException { } bad && options.KeepGoing && !target.IsLost(bad) && !ImageFailures.EndsEveryRun(bad.Code))
                {
                    observer.Detail($"{blob.Descriptor.Digest} is left out: {bad.Message}");
                    arrival.TrySetException(bad);
                    return;
                }

                _failure.Keep(failure);
                arrival.TrySetCanceled(CancellationToken.None);
                ExceptionDispatchInfo.Throw(failure);
            }
            finally
            {
                span?.Dispose();
                if (entered)
                    places.Leave();
            }
        });

    private Task<BlobOutcome?[]> PutItemsAsync(CancellationToken cancellationToken) => Task.WhenAll(plan.Items.Select(async item =>
    {
        try
        {
            BlobOutcome outcome = await _manifests.PutOnce(item.Content, cancellationToken);
            observer.ItemFinished(item, outcome);
            _spans.EndItem(item, outcome);
            return (BlobOutcome?)outcome;
        }
        catch (AirgapException e) when (!target.IsLost(e) && _failures.Take(item.Source, e))
        {
            _spans.EndItem(item, null, e);
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _spans.EndItem(item, null, e);
            // Reported at once, not when the last of the other blobs has arrived.
            _failure.Keep(e);
            await _failure.StopAsync();
            throw;
        }
    }));
}
