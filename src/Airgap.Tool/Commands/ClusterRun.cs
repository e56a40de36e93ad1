using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Cluster.Pruning;
using Airgap.Cluster.Watching;
using Airgap.Oci;
using Airgap.Tool.Output;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary>
/// Applies objects to a cluster and reports what happened: the work of <c>apply</c>, and of a <c>publish</c> whose
/// project asks for it.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="ns">The namespace of objects that name none.</param>
/// <param name="session">Receives the results.</param>
internal sealed class ClusterRun(ClusterClient client, string ns, Session session)
{
    /// <summary>The longest wait for the PackageRepositories and PackageInstalls; null to not wait.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>
    /// The name under which created objects are recorded and obsolete ones are found and removed; null for neither.
    /// </summary>
    public string? Inventory { get; init; }

    /// <summary>True to recreate a PackageRepository that kapp-controller would take from its cache.</summary>
    public bool Refetches { get; init; }

    /// <summary>Applies, removes and waits.</summary>
    /// <returns>The result as text, and whether it is a success.</returns>
    public async Task<(bool IsDone, string Summary)> RunAsync(
        IReadOnlyList<ManifestDocument> documents, CancellationToken cancellationToken)
    {
        session.Phase = "applying";
        session.AfterStop = "What was applied stays, and kapp-controller continues. To see its state: dotnet airgap doctor";
        session.Report.Objects ??= [];
        Pruner? pruner = null;
        Recording? recording = null;
        if (Inventory is not null)
        {
            Inventory inventory = await Airgap.Cluster.Pruning.Inventory.LoadAsync(client, ns, Inventory, cancellationToken);
            pruner = new Pruner(client, inventory, session.IsDry);
            pruner.Check(documents, ns);
            recording = new Recording(pruner, Report);
        }

        IReadOnlyList<AppliedObject> applied = await ApplyAsync(documents, recording, cancellationToken);
        // What fails from here on leaves objects that a later run may have to remove.
        if (recording is not null)
            await recording.CompleteAsync(applied, cancellationToken);
        int failed = applied.Count(each => each.Failure is not null);
        if (failed > 0)
        {
            if (pruner is not null)
                session.Warn(new Diagnostic(
                    ErrorCode.PruneSkipped, "Nothing was removed, since not every object was applied.",
                    "Fix what failed, and run the command again."));
            return (false, $"{failed} of {CountText.Count(applied.Count, "object")} {FailedWords(applied)}");
        }

        bool isDone = Wait is not { } limit || await WaitAsync(applied, limit, cancellationToken);
        // Old objects are removed only after their replacements are known to work.
        if (pruner is not null && isDone)
        {
            session.Phase = "pruning";
            int before = session.Report.Errors.Count;
            await pruner.RunAsync(applied, Report, cancellationToken);
            if (session.Report.Errors.Count > before)
                return (false, "Some objects could not be removed");
        }
        else if (pruner is not null)
        {
            session.Warn(new Diagnostic(
                ErrorCode.PruneSkipped, "Nothing was removed, since not everything reconciled.",
                "Fix what does not reconcile, and run the command again."));
        }

        return (isDone, isDone ? Summary(applied) : "Not everything reconciled");
    }

    private async Task<IReadOnlyList<AppliedObject>> ApplyAsync(
        IReadOnlyList<ManifestDocument> documents, Recording? recording, CancellationToken cancellationToken)
    {
        List<AppliedObject> made = [];
        try
        {
            return await new Applier(client, ns, session.IsDry)
            {
                Refetches = Refetches
            }.ApplyAsync(documents, each => { made.Add(each); Report(each); }, cancellationToken);
        }
        catch (Exception stopped) when (recording is not null && (stopped is AirgapException or OperationCanceledException))
        {
            if (await recording.AfterStopAsync(made) is { } warning)
                session.Warn(warning);
            throw;
        }
    }

    /// <summary>An outcome in words.</summary>
    public static string Words(ApplyOutcome outcome) => outcome switch
    {
        ApplyOutcome.Created => "created",
        ApplyOutcome.Changed => "changed",
        ApplyOutcome.Unchanged => "unchanged",
        ApplyOutcome.Applied => "applied",
        ApplyOutcome.Kept => "left as it is",
        ApplyOutcome.Removed => "removed",
        ApplyOutcome.Removing => "being removed",
        ApplyOutcome.NotTried => "not tried",
        _ => "refused",
    };

    // A fault of the cluster says nothing about the object, and may leave it applied.
    private static string FailedWords(IReadOnlyList<AppliedObject> applied)
    {
        Diagnostic[] failures = [.. applied.Select(each => each.Failure).OfType<Diagnostic>()];
        return failures.Any(IsFault) ? "failed" : failures.Length == 1 ? "was refused" : "were refused";
    }

    private static bool IsFault(Diagnostic failure) => failure.Code is ErrorCode.ClusterFault or ErrorCode.PackagesNotServed;

    private string Summary(IReadOnlyList<AppliedObject> applied)
    {
        int untried = applied.Count(each => each.Outcome == ApplyOutcome.NotTried);
        int kept = applied.Count(each => each.Outcome == ApplyOutcome.Kept);
        return CountText.Count(applied.Count - untried - kept, "object") + (session.IsDry ? " tried, none kept" : " applied")
            + (untried > 0 ? $"; {untried} not tried" : "") + (kept > 0 ? $"; {kept} left as {(kept == 1 ? "it is" : "they are")}" : "");
    }

    private void Report(AppliedObject done)
    {
        string outcome = done.Failure is { } fault && IsFault(fault) ? "failed" : Words(done.Outcome);
        session.Report.Objects!.Add(new ReportObject(done.Kind, done.Namespace, done.Name) { Outcome = outcome });
        Report(done.Warnings, done.Failure,
            $"{done.Kind} {done.FullName}: {outcome}{(session.IsDry && done.Outcome != ApplyOutcome.NotTried ? " (dry run)" : "")}");
    }

    private void Report(IEnumerable<Diagnostic> warnings, Diagnostic? failed, string result)
    {
        foreach (Diagnostic warning in warnings)
            session.Warn(warning);
        if (failed is { } failure)
            session.Fail(failure);
        else
            session.WriteResult(result);
    }

    private async Task<bool> WaitAsync(IReadOnlyList<AppliedObject> applied, TimeSpan limit, CancellationToken cancellationToken)
    {
        WaitTarget[] targets = [.. applied.Select(WaitTarget.Of).OfType<WaitTarget>()];
        if (targets.Length == 0)
        {
            session.Warn(new Diagnostic(
                ErrorCode.NotExamined,
                "The objects include no PackageRepository and no PackageInstall, so there was nothing to wait for.", "Omit --wait."));
            return true;
        }

        session.Phase = "waiting";
        IReadOnlyList<WaitResult> verdicts = await new ReconcileWait(
            client, line => { if (!session.Options.Json) session.WriteError(line); }).RunAsync(targets, limit, cancellationToken);
        foreach (WaitResult verdict in verdicts)
        {
            string? version = verdict.Target.IsInstall ? verdict.State?.InstalledVersion : null;
            Report(verdict.Warnings, verdict.Failure,
                $"{verdict.Target.Id}: reconciled{(verdict.Packages is { } count ? $", {CountText.Count(count, "Package")}" : "")}" +
                $"{(version is null ? "" : $", version {version}")}");
            int index = session.Report.Objects!.FindIndex(
                each => each.Kind == verdict.Target.Kind.Kind && each.Namespace == verdict.Target.Namespace
                && each.Name == verdict.Target.Name);
            session.Report.Objects[index] = session.Report.Objects[index] with
            {
                State = verdict.State?.Words,
                Packages = verdict.Packages,
                Version = version
            };
        }

        return verdicts.All(verdict => verdict.Failure is null);
    }
}
