using System.Text.Json;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Cluster.Probing;
using Airgap.Oci;
using Airgap.Oci.Client;

namespace Airgap.Cluster.Diagnosing;

/// <summary>Examines one PackageRepository or PackageInstall after another.</summary>
/// <param name="client">The cluster.</param>
/// <param name="findings">Receives the problems.</param>
/// <param name="options">The scope.</param>
/// <param name="controller">The namespace of kapp-controller.</param>
internal sealed class ObjectExaminer(ClusterClient client, FindingList findings, DoctorOptions options, string controller)
{
    private readonly CauseEvidence _witness = new(client, options.Mirror, options.TriesSecrets, controller);

    /// <summary>Examines a PackageRepository.</summary>
    /// <param name="state">The object's state.</param>
    /// <param name="packages">The Packages of the cluster; null if they cannot be read.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<Examined> ExamineRepositoryAsync(ReconcileState state, JsonElement[]? packages, CancellationToken cancellationToken)
    {
        string about = $"PackageRepository {state.FullName}";
        JsonElement[]? own = packages is null ? null : [.. packages.Where(package => PackageImages.Origin(package) == state.FullName)];
        Examined examined = new(
            ResourceKind.PackageRepository.Kind, state.Object.Text("metadata", "namespace")!,
            state.Object.Text("metadata", "name")!, state.Words)
        {
            Packages = own?.Length
        };
        switch (state.Phase)
        {
            case ReconcilePhase.Failed or ReconcilePhase.Deleting:
                await ExplainAsync(state, about, packages, cancellationToken);
                break;
            case ReconcilePhase.NotObserved or ReconcilePhase.Outdated:
                AddUnobserved(state, about, findings.Has(ErrorCode.MalformedSyncPeriod, ErrorCode.PackagesNotServed),
                    "kapp-controller does not run, or waits for an unresponsive registry: it takes one PackageRepository at a time");
                break;
            case ReconcilePhase.Paused:
                findings.Add(about, new Diagnostic(
                    ErrorCode.Paused, $"{about} is paused: nothing is fetched.",
                    $"Resume it: kubectl -n " +
                    $"{state.Object.Text("metadata", "namespace")} patch packagerepository {state.Object.Text("metadata", "name")} " +
                    $"--type=merge -p '{{\"spec\":{{\"paused\":false}}}}'"), isWarning: true, evidence: ["spec.paused: true"]);
                break;
            case ReconcilePhase.Succeeded:
                return examined with { Images = await ExamineSuccessAsync(state, about, own, cancellationToken) };
        }

        return examined;
    }

    /// <summary>Examines a PackageInstall.</summary>
    /// <param name="state">The object's state.</param>
    /// <param name="packages">The Packages of the cluster; null if they cannot be read.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<Examined> ExamineInstallAsync(ReconcileState state, JsonElement[]? packages, CancellationToken cancellationToken)
    {
        string about = $"PackageInstall {state.FullName}";
        Examined examined = new(
            ResourceKind.PackageInstall.Kind, state.Object.Text("metadata", "namespace")!,
            state.Object.Text("metadata", "name")!, state.Words);
        if (state.Phase == ReconcilePhase.Paused)
            findings.Add(about, new Diagnostic(
                ErrorCode.Paused, $"{about} is paused.",
                $"Resume it: kubectl -n " +
                $"{examined.Namespace} patch packageinstall {examined.Name} --type=merge -p '{{\"spec\":{{\"paused\":false}}}}'"),
                isWarning: true, evidence: ["spec.paused: true"]);
        if (state.Phase is ReconcilePhase.NotObserved or ReconcilePhase.Outdated)
            AddUnobserved(state, about, findings.Has(ErrorCode.PackagesNotServed), "kapp-controller does not run, or has not processed it yet");
        if (state.Phase is not (ReconcilePhase.Failed or ReconcilePhase.Deleting))
            return examined;
        Explanation why = Explanation.Of(state, ResourceKind.PackageInstall.Kind);
        List<string> evidence = [];
        string? refName = state.Object.Text("spec", "packageRef", "refName");
        if (why.Diagnostic.Code == ErrorCode.VersionGone && packages is not null && refName is not null)
        {
            string?[] versions = [.. packages.Where(package => package.Text("spec", "refName") == refName)
                .Select(package => package.Text("spec", "version")).Distinct().Order(StringComparer.Ordinal)];
            evidence.Add(
                $"asked for: {refName} {state.Object.Text("spec", "packageRef", "versionSelection", "constraints")}; there: " +
                $"{(versions.Length == 0 ? "none" : string.Join(", ", versions))}");
            if (state.Object.Text("status", "version") is { } installed)
                evidence.Add($"version {installed} is installed, and keeps running");
        }

        // The Secret of the PackageRepository does not serve its Packages.
        evidence.AddRange(await _witness.SeeAsync(state, why.Cause, ImageOf(state, refName, packages), cancellationToken));
        findings.Add(about, why.Diagnostic, evidence.Count > 0 ? evidence : [.. Conditions(state)], why.Cause);
        return examined;
    }

    private void AddUnobserved(ReconcileState state, string about, bool isExplained, string why) => findings.Add(
        about, new Diagnostic(
            ErrorCode.NotObserved, $"{about} is {state.Words}: {(isExplained ? "see the finding above" : why)}.",
            $"See whether it runs: kubectl -n {controller} get pods"), evidence: Generations(state));

    // A PackageInstall names a version; the Package of that version names the image.
    private static string? ImageOf(ReconcileState install, string? refName, JsonElement[]? packages)
    {
        string? version = install.Object.Text("status", "lastAttemptedVersion") ?? install.Object.Text("status", "version");
        JsonElement[] found = [.. (packages ?? []).Where(
            package => package.Text("spec", "refName") == refName && package.Text("spec", "version") == version).Take(1)];
        return found.SelectMany(PackageImages.Of).FirstOrDefault();
    }

    // Evidence from the cluster; the finding has its own message.
    private static IEnumerable<string> Conditions(ReconcileState state)
    {
        string[] types = [.. state.Object.Items("status", "conditions").Where(condition => condition.Text("status") == "True")
            .Select(condition => condition.Text("type") ?? "").Where(type => type.Length > 0)];
        yield return types.Length > 0 ? $"status.conditions: {string.Join(", ", types)}"
            : $"metadata.deletionTimestamp: {state.Object.Text("metadata", "deletionTimestamp") ?? "none"}, and status.conditions is empty";
    }

    private static string[] Generations(ReconcileState state) =>
        [
            "metadata.generation " +
            $"{state.Object.Number("metadata", "generation")}, status.observedGeneration " +
            $"{(state.Object.Find("status", "observedGeneration") is null ? "missing" : state.ObservedGeneration)}"];

    // The message names the Package alone.
    private static IEnumerable<string> Owners(ReconcileState state, Cause? cause, JsonElement[]? packages) =>
        cause != Cause.Conflict ? []
        : (packages ?? []).Where(package => package.Text("metadata", "namespace") == state.Object.Text("metadata", "namespace")
            && PackageImages.Origin(package) is { } origin && origin != state.FullName
            && (state.Message ?? "").Contains($"/{package.Text("metadata", "name")} is already present", StringComparison.Ordinal))
        .Select(package =>
            $"Package {package.Text("metadata", "name")} is defined by PackageRepository {PackageImages.Origin(package)}, otherwise");

    private async Task ExplainAsync(ReconcileState state, string about, JsonElement[]? packages, CancellationToken cancellationToken)
    {
        Explanation why = Explanation.Of(state, ResourceKind.PackageRepository.Kind);
        List<string> evidence = [];
        if (state.Failures > 1)
            evidence.Add($"{state.Failures} failures one after another");
        evidence.AddRange(Owners(state, why.Cause, packages));
        evidence.AddRange(await _witness.SeeAsync(state, why.Cause, state.Image, cancellationToken));
        if (state.Object.Items("metadata", "finalizers").Any() && state.Phase == ReconcilePhase.Deleting)
            evidence.Add($"metadata.finalizers: {string.Join(", ", state.Object.Items("metadata", "finalizers"))}");
        findings.Add(about, why.Diagnostic, evidence.Count > 0 ? evidence : [.. Conditions(state)], why.Cause);
    }

    private async Task<int?> ExamineSuccessAsync(
        ReconcileState state, string about, JsonElement[]? own, CancellationToken cancellationToken)
    {
        if (CachedMirrors.Shown(state) is { } cached)
            findings.Add(about, cached,
                evidence: [.. PackageImages.OnAFormerMirror(state).Take(5).Select(image => $"status.template.stderr: -> {image}")]);
        string[] outside = PackageImages.Outside(state, own);
        LeakReport? leaks = await FindLeaksAsync(state, about, own, cancellationToken);
        string[] all = [.. outside, .. (leaks?.Outside ?? []).Except(outside, StringComparer.Ordinal)];
        if (all.Length > 0)
        {
            string what = leaks is null ? $"its Packages name {all.Length} {(all.Length == 1 ? "image" : "images")} outside the mirror"
                : $"its Packages and their bundles need {all.Length} {(all.Length == 1 ? "image" : "images")} that the mirror lacks";
            findings.Add(
                about,
                new Diagnostic(ErrorCode.ImagesOutside, $"{about} succeeded, but {what}: no install of them works behind an air gap.",
                    "Relocate the bundle with all its images into one repository, and fetch it as imgpkgBundle: dotnet airgap copy -b " +
                    "BUNDLE --to-repo " + PackageImages.RepositoryOf(state.Image!))
                {
                    Reference = state.Image
                },
                evidence: [.. all.Take(leaks is null ? 5 : 100), .. all.Length > 100 ? new[] { $"and {all.Length - 100} more" } : []]);
        }

        if (own is { Length: 0 })
            findings.Add(about, new Diagnostic(
                ErrorCode.NoPackagesListed, $"{about} succeeded, and the cluster lists no Package of it.",
                $"See what its bundle has under packages/: dotnet airgap describe -b {state.Image}"), isWarning: true,
                evidence: [$"no Package has the annotation packaging.carvel.dev/package-repository-ref: {state.FullName}"]);
        return leaks?.Present;
    }

    private async Task<LeakReport?> FindLeaksAsync(
        ReconcileState state, string about, JsonElement[]? own, CancellationToken cancellationToken)
    {
        if (!options.FindsLeaks || options.Mirror is not { } mirror || own is null || state.Image is not { } image)
            return null;
        using RegistryClient registry = mirror.Connect();
        LeakReport report = await new LeakFinder(registry, PackageImages.HostOf(image))
            .FindAsync(own.SelectMany(PackageImages.Of), cancellationToken);
        if (report.Unseen.Count > 0)
            findings.Add(about, new Diagnostic(
                ErrorCode.NotExamined, $"Not every image of {about} could be checked at the mirror.",
                "See the reasons: log in to the mirror (docker login), or run this on a machine that reaches it."), isWarning: true,
                evidence: [.. report.Unseen.Take(5)]);
        return report;
    }
}
