using System.Text.Json;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Cluster.Probing;
using Airgap.Oci;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Cluster.Diagnosing;

/// <summary>Examines kapp-controller's objects in a cluster and explains failures. Only reads.</summary>
/// <param name="client">The cluster.</param>
/// <param name="options">The scope.</param>
internal sealed class Doctor(ClusterClient client, DoctorOptions options)
{
    private const string ApiService = "apis/apiregistration.k8s.io/v1/apiservices/v1alpha1.data.packaging.carvel.dev";

    private readonly List<Examined> _objects = [];
    private readonly FindingList _findings = new();
    private readonly string? _ns = options.Namespace;
    private readonly string? _name = options.Name;
    private readonly ObjectReads _reads = new(client, options.Namespace, options.Name);
    private ClusterResponse? _unread;

    /// <summary>Examines the objects.</summary>
    /// <exception cref="AirgapException">The cluster cannot be reached, or allows no reads.</exception>
    public async Task<DoctorReport> ExamineAsync(CancellationToken cancellationToken)
    {
        ClusterResponse group = await client.GetAsync(ResourceKind.GroupPath(ResourceKind.PackageRepository.ApiVersion), cancellationToken);
        if (group.Status == 404)
        {
            _findings.Add("the cluster",
                new Diagnostic(ErrorCode.KindNotServed,
                    "The cluster does not serve packaging.carvel.dev/v1alpha1: kapp-controller is not installed.",
                    "Install kapp-controller 0.20 or later: kubectl apply -f release.yml"),
                    [Asked(ResourceKind.GroupPath(ResourceKind.PackageRepository.ApiVersion), group)]);
            return new DoctorReport(_objects, _findings.All);
        }

        // Without the right to discover APIs, the reads below show what is served.
        if (!group.IsSuccess && group.Status != 403)
            throw ClusterRefusal.Of(group, "The API group packaging.carvel.dev", "read");
        ControllerDeployment controller = await ExamineApiServiceAsync(cancellationToken);
        JsonElement[] repositories = await RepositoriesAsync(cancellationToken);
        JsonElement[]? packages = await ListAsync(ResourceKind.Package, cancellationToken);
        if (packages is null && !_findings.Has(ErrorCode.PackagesNotServed))
            ReportUnread();
        ObjectExaminer examiner = new(client, _findings, options, controller.Namespace);
        foreach (JsonElement repository in repositories.Where(IsMeant))
            _objects.Add(await examiner.ExamineRepositoryAsync(ReconcileState.Of(repository), packages, cancellationToken));
        JsonElement[] installs = await ListAsync(ResourceKind.PackageInstall, cancellationToken) ?? [];
        foreach (JsonElement install in installs.Where(IsMeant))
            _objects.Add(await examiner.ExamineInstallAsync(ReconcileState.Of(install), packages, cancellationToken));
        if (_name is not null && _objects.Count == 0)
            throw _reads.NotFound();
        if (_name is null)
            await ExamineSecretsAsync(cancellationToken);
        return new DoctorReport(_objects, _findings.All);
    }

    private bool IsMeant(JsonElement found) =>
        (_ns is null || found.Text("metadata", "namespace") == _ns) && (_name is null || found.Text("metadata", "name") == _name);

    // kapp-controller serves Packages itself; while it is down they are gone, and no namespace can be deleted.
    private async Task<ControllerDeployment> ExamineApiServiceAsync(CancellationToken cancellationToken)
    {
        ClusterResponse service = await client.GetAsync(ApiService, cancellationToken);
        _unread = service.IsSuccess || service.Status == 404 ? null : service;
        ControllerDeployment controller =
            await ControllerDeployment.FindAsync(client, options.ControllerNamespace, service, cancellationToken);
        foreach (JsonElement condition in service.Object.Items("status", "conditions"))
        {
            if (condition.Text("type") != "Available" || condition.Text("status") == "True")
                continue;
            _findings.Add(
                "kapp-controller",
                new Diagnostic(
                    ErrorCode.PackagesNotServed,
                    "kapp-controller's own API (data.packaging.carvel.dev) is not available: nothing reconciles, Packages cannot be " +
                    "read, and no namespace of the cluster can be deleted.",
                    "See why kapp-controller does not run: kubectl -n " +
                    $"{controller.Namespace} get pods, kubectl -n {controller.Namespace} logs deployment/kapp-controller"),
                evidence: [
                    "APIService v1alpha1.data.packaging.carvel.dev: " +
                    $"{condition.Text("reason")}: {Explanation.Paragraph(condition.Text("message") ?? "")}",
                    $"kapp-controller is looked for in the namespace {controller.Namespace}: {controller.Words}"]);
        }

        return controller;
    }

    // A list of Packages would show that the API answers.
    private void ReportUnread()
    {
        if (_unread is not { } service)
            return;
        AirgapException refusal = ClusterRefusal.Of(service, "The APIService v1alpha1.data.packaging.carvel.dev", "read");
        _findings.Add("kapp-controller",
            new Diagnostic(
                ErrorCode.NotExamined, $"Could not check whether kapp-controller's own API is available: {refusal.Message}", refusal.Advice),
            [Asked(ApiService, service)], isWarning: true);
    }

    // One malformed period stops kapp-controller's watch in all namespaces, so all are examined, even those outside the
    // requested namespace.
    private async Task<JsonElement[]> RepositoriesAsync(CancellationToken cancellationToken)
    {
        ClusterResponse all = await client.GetAsync(ResourceKind.PackageRepository.ListPath(null), cancellationToken);
        if (!all.IsSuccess && _ns is null)
            throw _reads.Refusal(new ReadObjects(ResourceKind.PackageRepository, null, all, ""));
        if (!all.IsSuccess)
        {
            AirgapException refusal = ClusterRefusal.Of(all, "PackageRepositories of all namespaces", "listed");
            _findings.Add("the cluster",
                new Diagnostic(ErrorCode.NotExamined,
                    $"Could not check whether a malformed syncPeriod stops kapp-controller: {refusal.Message}", refusal.Advice),
                    [Asked(ResourceKind.PackageRepository.ListPath(null), all)], isWarning: true);
        }

        JsonElement[] repositories = all.IsSuccess ? [.. all.Object.Items("items")]
            : await ListAsync(ResourceKind.PackageRepository, cancellationToken) ?? [];
        foreach (JsonElement repository in repositories)
        {
            if (repository.Text("spec", "syncPeriod") is not { } period || GoDuration.TryParse(period, out _))
                continue;
            _findings.Add(
                $"PackageRepository {repository.FullName()}",
                new Diagnostic(
                    ErrorCode.MalformedSyncPeriod,
                    $"PackageRepository {repository.FullName()} has the syncPeriod '{period}', which is not a duration: kapp-controller " +
                    "no longer sees any PackageRepository of the cluster.",
                    $"Correct it: kubectl -n " +
                    $"{repository.Text("metadata", "namespace")} patch packagerepository {repository.Text("metadata", "name")} " +
                    $"--type=merge -p '{{\"spec\":{{\"syncPeriod\":\"10m\"}}}}'"),
                evidence: [$"spec.syncPeriod: {period}"]);
        }

        return repositories;
    }

    private async Task ExamineSecretsAsync(CancellationToken cancellationToken)
    {
        ClusterResponse list = await client.GetAsync(
            $"{ResourceKind.Secret.ListPath(_ns)}?fieldSelector=type%3Dkubernetes.io%2Fdockerconfigjson", cancellationToken);
        if (!list.IsSuccess)
        {
            AirgapException refusal = ClusterRefusal.Of(list, $"Pull secrets of {_ns ?? "all namespaces"}", "listed");
            _findings.Add("Secrets",
                new Diagnostic(ErrorCode.NotExamined, $"Could not check whether a Secret still contains placeholders: {refusal.Message}",
                    refusal.Advice), [Asked(ResourceKind.Secret.ListPath(_ns), list)], isWarning: true);
            return;
        }

        foreach (JsonElement secret in list.Object.Items("items").Where(SecretContent.HasPlaceholder))
        {
            string place = secret.Text("metadata", "namespace") ?? "";
            string hosts = SecretContent.Hosts(secret) is [_, ..] named ? string.Join(" --for ", named) : "HOST";
            _findings.Add(
                $"Secret {secret.FullName()}",
                new Diagnostic(ErrorCode.PlaceholderNotFilled,
                    $"The Secret {secret.FullName()} holds {SecretContent.Placeholder} where credentials belong.",
                    $"dotnet airgap secret --for {hosts} --name {secret.Text("metadata", "name")} -n {place} --apply"),
                evidence: [
                    $"type {secret.Text("type")}; " +
                    $"{(hosts == "HOST" ? "its hosts cannot be read" : $"for {hosts.Replace(" --for ", ", ", StringComparison.Ordinal)}")}"]);
        }
    }

    private async Task<JsonElement[]?> ListAsync(ResourceKind kind, CancellationToken cancellationToken)
    {
        ReadObjects read = await _reads.ReadAsync(kind, cancellationToken);
        if (read.Items is not null)
            return read.Items;
        // A stopped kapp-controller is already reported.
        if (kind == ResourceKind.Package && _findings.Has(ErrorCode.PackagesNotServed))
            return null;
        AirgapException refusal = _reads.Refusal(read);
        // A PackageInstall may have the name.
        if (kind == ResourceKind.PackageRepository && (_name is null || refusal.Code != ErrorCode.ClusterForbidden))
            throw refusal;
        bool isDown = refusal.Code == ErrorCode.PackagesNotServed;
        _findings.Add(ObjectReads.Plural(kind),
            isDown ? refusal.ToDiagnostic() : new Diagnostic(ErrorCode.NotExamined, refusal.Message, refusal.Advice),
            [read.Asked], isWarning: !isDown);
        return null;
    }

    // The request, and the status of its response.
    private static string Asked(string path, ClusterResponse answer) => $"GET /{path}: {answer.Status}";
}
