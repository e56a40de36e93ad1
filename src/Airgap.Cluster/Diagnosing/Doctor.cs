using System.Text.Json;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Cluster.Diagnosing;

/// <summary>Looks at what kapp-controller does in a cluster, and tells why it does not. Reads only.</summary>
/// <param name="client">The cluster.</param>
/// <param name="ns">The namespace; null for all.</param>
/// <param name="name">The PackageRepository or PackageInstall; null for all.</param>
internal sealed class Doctor(ClusterClient client, string? ns, string? name)
{
    private const string ApiService = "apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.data.packaging.carvel.dev";

    private readonly List<Examined> _objects = [];
    private readonly List<Finding> _findings = [];
    private readonly SecretReader _secrets = new(client);

    /// <summary>Looks.</summary>
    /// <exception cref="AirgapException">The cluster cannot be reached, or nothing of it may be read.</exception>
    public async Task<DoctorReport> ExamineAsync(CancellationToken cancellationToken)
    {
        ClusterAnswer group = await client.GetAsync(ResourceKind.GroupPath(ResourceKind.PackageRepository.ApiVersion), cancellationToken).ConfigureAwait(false);
        if (group.Status == 404)
        {
            Add("the cluster", new Diagnostic(ErrorCode.KindNotServed, "The cluster does not serve packaging.carvel.dev/v1alpha1: kapp-controller is not installed.", "Install kapp-controller 0.20 or later."));
            return new DoctorReport(_objects, _findings);
        }

        if (!group.IsSuccess)
            throw ClusterRefusal.Of(group, "The API group packaging.carvel.dev", "read");
        await ExamineApiServiceAsync(cancellationToken).ConfigureAwait(false);
        JsonElement[] repositories = await RepositoriesAsync(cancellationToken).ConfigureAwait(false);
        JsonElement[]? packages = await ListAsync(ResourceKind.Package, cancellationToken).ConfigureAwait(false);
        foreach (JsonElement repository in repositories.Where(IsMeant))
            await ExamineRepositoryAsync(ReconcileState.Of(repository), packages, cancellationToken).ConfigureAwait(false);
        JsonElement[] installs = await ListAsync(ResourceKind.PackageInstall, cancellationToken).ConfigureAwait(false) ?? [];
        foreach (JsonElement install in installs.Where(IsMeant))
            await ExamineInstallAsync(ReconcileState.Of(install), packages, cancellationToken).ConfigureAwait(false);
        if (name is not null && _objects.Count == 0)
            throw new AirgapException(ErrorCode.ObjectRefused, $"There is no PackageRepository and no PackageInstall {name} in {ns ?? "the cluster"}.", "See what there is: kubectl get packagerepositories,packageinstalls -A");
        if (name is null)
            await ExamineSecretsAsync(cancellationToken).ConfigureAwait(false);
        return new DoctorReport(_objects, _findings);
    }

    private bool IsMeant(JsonElement found) =>
        (ns is null || found.Text("metadata", "namespace") == ns) && (name is null || found.Text("metadata", "name") == name);

    private void Add(string about, Diagnostic diagnostic, Cause? cause = null, bool isWarning = false, params IReadOnlyList<string> evidence) =>
        _findings.Add(new Finding(about, diagnostic) { Cause = cause, IsWarning = isWarning, Evidence = evidence });

    // kapp-controller serves Packages itself; while it is down they are gone, and no namespace can be deleted.
    private async Task ExamineApiServiceAsync(CancellationToken cancellationToken)
    {
        ClusterAnswer service = await client.GetAsync(ApiService, cancellationToken).ConfigureAwait(false);
        foreach (JsonElement condition in service.Object.Items("status", "conditions"))
        {
            if (condition.Text("type") != "Available" || condition.Text("status") == "True")
                continue;
            Add(
                "kapp-controller",
                new Diagnostic(
                    ErrorCode.PackagesNotServed,
                    "kapp-controller's own API (data.packaging.carvel.dev) is not available: nothing reconciles, Packages cannot be read, and no namespace of the cluster can be deleted.",
                    "See why kapp-controller does not run: kubectl -n kapp-controller get pods, kubectl -n kapp-controller logs deployment/kapp-controller"),
                evidence: [$"APIService v1alpha1.data.packaging.carvel.dev: {condition.Text("reason")}: {Explanation.Paragraph(condition.Text("message") ?? "")}"]);
        }
    }

    // One malformed period blinds kapp-controller everywhere, so all of them are looked at, whatever was asked for.
    private async Task<JsonElement[]> RepositoriesAsync(CancellationToken cancellationToken)
    {
        ClusterAnswer all = await client.GetAsync(ResourceKind.PackageRepository.ListPath(null), cancellationToken).ConfigureAwait(false);
        if (!all.IsSuccess && ns is null)
            throw ClusterRefusal.Of(all, "PackageRepositories of all namespaces", "listed");
        if (!all.IsSuccess)
        {
            AirgapException refusal = ClusterRefusal.Of(all, "PackageRepositories of all namespaces", "listed");
            Add("the cluster", new Diagnostic(ErrorCode.NotExamined, $"Whether a malformed syncPeriod anywhere blinds kapp-controller was not seen: {refusal.Message}", refusal.Advice), isWarning: true);
            all = await client.GetAsync(ResourceKind.PackageRepository.ListPath(ns), cancellationToken).ConfigureAwait(false);
            if (!all.IsSuccess)
                throw ClusterRefusal.Of(all, $"PackageRepositories of {ns}", "listed");
        }

        JsonElement[] repositories = [.. all.Object.Items("items")];
        foreach (JsonElement repository in repositories)
        {
            if (repository.Text("spec", "syncPeriod") is not { } period || GoDuration.TryParse(period, out _))
                continue;
            Add(
                $"PackageRepository {repository.FullName()}",
                new Diagnostic(
                    ErrorCode.MalformedSyncPeriod,
                    $"PackageRepository {repository.FullName()} has the syncPeriod '{period}', which is no duration: kapp-controller sees no PackageRepository of the whole cluster any more.",
                    $"Correct it: kubectl -n {repository.Text("metadata", "namespace")} patch packagerepository {repository.Text("metadata", "name")} --type=merge -p '{{\"spec\":{{\"syncPeriod\":\"10m\"}}}}'"),
                evidence: [$"spec.syncPeriod: {period}"]);
        }

        return repositories;
    }

    private async Task ExamineRepositoryAsync(ReconcileState state, JsonElement[]? packages, CancellationToken cancellationToken)
    {
        string about = $"PackageRepository {state.FullName}";
        JsonElement[]? own = packages is null ? null : [.. packages.Where(package => PackageImages.Origin(package) == state.FullName)];
        _objects.Add(new Examined(ResourceKind.PackageRepository.Kind, state.Object.Text("metadata", "namespace")!, state.Object.Text("metadata", "name")!, state.Words) { Packages = own?.Length });
        switch (state.Phase)
        {
            case ReconcilePhase.Failed or ReconcilePhase.Deleting:
                await ExplainAsync(state, about, cancellationToken).ConfigureAwait(false);
                break;
            case ReconcilePhase.NotObserved or ReconcilePhase.Outdated:
                string why = _findings.Exists(finding => finding.Diagnostic.Code is ErrorCode.MalformedSyncPeriod or ErrorCode.PackagesNotServed) ? "the finding above tells why" : "kapp-controller does not run, or waits for a registry that is silent: it takes one PackageRepository at a time";
                Add(about, new Diagnostic(ErrorCode.NotObserved, $"{about} is {state.Words}: {why}.", "See whether it runs: kubectl -n kapp-controller get pods"), evidence: Generations(state));
                break;
            case ReconcilePhase.Paused:
                Add(about, new Diagnostic(ErrorCode.Paused, $"{about} is paused: nothing is fetched.", $"Let it go on: kubectl -n {state.Object.Text("metadata", "namespace")} patch packagerepository {state.Object.Text("metadata", "name")} --type=merge -p '{{\"spec\":{{\"paused\":false}}}}'"), isWarning: true);
                break;
            case ReconcilePhase.Succeeded:
                ExamineSuccess(state, about, own);
                break;
        }
    }

    private static string[] Generations(ReconcileState state) =>
        [$"metadata.generation {state.Object.Number("metadata", "generation")}, status.observedGeneration {(state.Object.Find("status") is null ? "missing" : state.ObservedGeneration)}"];

    private async Task ExplainAsync(ReconcileState state, string about, CancellationToken cancellationToken)
    {
        Explanation why = Explanation.Of(state, ResourceKind.PackageRepository.Kind);
        List<string> evidence = [];
        if (state.Failures > 1)
            evidence.Add($"{state.Failures} failures one after another");
        // The cluster says the same of no Secret, another host, a placeholder and a wrong password.
        if (why.Cause is Cause.Unauthorized or Cause.TokenRefused && Explanation.HostOf(state) is { } host)
            evidence.Add(await _secrets.DescribeAsync(state, host, cancellationToken).ConfigureAwait(false));
        if (state.Object.Items("metadata", "finalizers").Any() && state.Phase == ReconcilePhase.Deleting)
            evidence.Add($"metadata.finalizers: {string.Join(", ", state.Object.Items("metadata", "finalizers"))}");
        Add(about, why.Diagnostic, why.Cause, evidence: evidence);
    }

    private void ExamineSuccess(ReconcileState state, string about, JsonElement[]? own)
    {
        if (CachedMirrors.Shown(state) is { } cached)
            Add(about, cached, evidence: [.. PackageImages.OnAFormerMirror(state).Take(5).Select(image => $"status.template.stderr: -> {image}")]);
        if (PackageImages.Outside(state, own) is [_, ..] outside)
        {
            Add(
                about,
                new Diagnostic(ErrorCode.ImagesOutside, $"{about} succeeded, but its Packages name {outside.Length} {(outside.Length == 1 ? "image" : "images")} outside the mirror: no install of them works behind an air gap.", "Relocate the bundle with all its images into one repository, and fetch it as imgpkgBundle: dotnet airgap copy -b BUNDLE --to-repo " + PackageImages.RepositoryOf(state.Image!)) { Reference = state.Image },
                evidence: [.. outside.Take(5)]);
        }

        if (own is { Length: 0 })
            Add(about, new Diagnostic(ErrorCode.NoPackagesListed, $"{about} succeeded, and the cluster lists no Package of it.", $"See what its bundle has under packages/: dotnet airgap describe -b {state.Image}"), isWarning: true);
    }

    private async Task ExamineInstallAsync(ReconcileState state, JsonElement[]? packages, CancellationToken cancellationToken)
    {
        string about = $"PackageInstall {state.FullName}";
        _objects.Add(new Examined(ResourceKind.PackageInstall.Kind, state.Object.Text("metadata", "namespace")!, state.Object.Text("metadata", "name")!, state.Words));
        if (state.Phase == ReconcilePhase.Paused)
            Add(about, new Diagnostic(ErrorCode.Paused, $"{about} is paused.", "Take spec.paused out."), isWarning: true);
        if (state.Phase is not (ReconcilePhase.Failed or ReconcilePhase.Deleting))
            return;
        Explanation why = Explanation.Of(state, ResourceKind.PackageInstall.Kind);
        List<string> evidence = [];
        if (why.Diagnostic.Code == ErrorCode.VersionGone && packages is not null && state.Object.Text("spec", "packageRef", "refName") is { } refName)
        {
            string?[] versions = [.. packages.Where(package => package.Text("spec", "refName") == refName).Select(package => package.Text("spec", "version")).Distinct().Order(StringComparer.Ordinal)];
            evidence.Add($"asked for: {refName} {state.Object.Text("spec", "packageRef", "versionSelection", "constraints")}; there: {(versions.Length == 0 ? "none" : string.Join(", ", versions))}");
            if (state.Object.Text("status", "version") is { } installed)
                evidence.Add($"version {installed} is installed, and goes on running");
        }

        // The Secret of the PackageRepository does not serve its Packages.
        if (why.Cause is Cause.Unauthorized or Cause.TokenRefused && Explanation.HostOf(state) is { } host)
            evidence.Add(await _secrets.DescribeAsync(state, host, cancellationToken).ConfigureAwait(false));
        Add(about, why.Diagnostic, why.Cause, evidence: evidence);
    }

    private async Task ExamineSecretsAsync(CancellationToken cancellationToken)
    {
        ClusterAnswer list = await client.GetAsync($"{ResourceKind.Secret.ListPath(ns)}?fieldSelector=type%3Dkubernetes.io%2Fdockerconfigjson", cancellationToken).ConfigureAwait(false);
        if (!list.IsSuccess)
        {
            AirgapException refusal = ClusterRefusal.Of(list, $"Pull secrets of {ns ?? "all namespaces"}", "listed");
            Add("Secrets", new Diagnostic(ErrorCode.NotExamined, $"Whether a Secret still holds placeholders was not seen: {refusal.Message}", refusal.Advice), isWarning: true);
            return;
        }

        foreach (JsonElement secret in list.Object.Items("items").Where(SecretContent.HasPlaceholder))
        {
            string place = secret.Text("metadata", "namespace") ?? "";
            string hosts = SecretContent.Hosts(secret) is [_, ..] named ? string.Join(" --for ", named) : "HOST";
            Add(
                $"Secret {secret.FullName()}",
                new Diagnostic(ErrorCode.PlaceholderNotFilled, $"The Secret {secret.FullName()} holds {SecretContent.Placeholder} where credentials belong.", $"dotnet airgap secret --for {hosts} --name {secret.Text("metadata", "name")} -n {place} --apply"));
        }
    }

    private async Task<JsonElement[]?> ListAsync(ResourceKind kind, CancellationToken cancellationToken)
    {
        ClusterAnswer list = await client.GetAsync(kind.ListPath(ns), cancellationToken).ConfigureAwait(false);
        if (list.IsSuccess)
            return [.. list.Object.Items("items")];
        // That kapp-controller is down was told already.
        if (kind == ResourceKind.Package && _findings.Exists(finding => finding.Diagnostic.Code == ErrorCode.PackagesNotServed))
            return null;
        AirgapException refusal = ClusterRefusal.Of(list, $"{kind.Kind}s of {ns ?? "all namespaces"}", "listed");
        bool isDown = refusal.Code == ErrorCode.PackagesNotServed;
        Add($"{kind.Kind}s", isDown ? refusal.ToDiagnostic() : new Diagnostic(ErrorCode.NotExamined, refusal.Message, refusal.Advice), isWarning: !isDown);
        return null;
    }
}
