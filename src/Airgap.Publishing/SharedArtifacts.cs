using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Mirrors;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Signing;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Files;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>
/// Writes the common artifacts of all items after the last item: shared objects, the kustomization, reports and the
/// receipt.
/// </summary>
internal sealed class SharedArtifacts(PublishSettings settings, ArtifactFolder artifacts, PublishWarnings warnings)
{
    /// <summary>Writes the Kubernetes objects that several items need, and the kustomization that lists all manifests.</summary>
    /// <param name="objects">These objects.</param>
    /// <param name="published">The complete items.</param>
    /// <param name="hasFailures">True if other items failed, whose earlier manifests stay listed.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    public async Task<List<PublishedFile>> WriteManifestsAsync(
        ManifestObjects objects, IReadOnlyList<PublishedItem> published, bool hasFailures, CancellationToken cancellationToken)
    {
        List<PublishedFile> files = [];
        List<PublishedFile> applied = [
            .. published.SelectMany(item => item.Files)
            .Where(file => file.Kind is PublishedFileKind.PackageRepository or PublishedFileKind.GitOps)];
        foreach (SecretExportObject export in objects.Exports)
            files.Add(await artifacts.WriteAsync(
                Path.Combine(ArtifactFolder.Manifests, ManifestObjects.FileName(export)), export.Yaml, PublishedFileKind.SecretExport,
                cancellationToken));
        foreach (KubernetesObject ns in objects.Namespaces)
            files.Add(await artifacts.WriteAsync(
                Path.Combine(ArtifactFolder.Manifests, ManifestObjects.FileName(ns)), ns.Yaml, PublishedFileKind.Namespace,
                cancellationToken));
        applied.AddRange(files);
        foreach (PullSecretObject secret in objects.Secrets)
        {
            PublishedFile file = await artifacts.WriteSecretAsync(
                settings.SecretManifests ? ArtifactFolder.Manifests : ArtifactFolder.Secrets, secret, cancellationToken);
            files.Add(file);
            if (settings.SecretManifests)
                applied.Add(file);
        }

        if (settings.Kustomization)
            files.AddRange(await KustomizationWriter.WriteAsync(
                settings.FullOutputPath, artifacts, applied, hasFailures, warnings, cancellationToken));
        return files;
    }

    /// <summary>Writes the receipt, if the project requests one. After failures it lists what arrived.</summary>
    /// <returns>False if none was to be written.</returns>
    public async Task<bool> WriteReceiptAsync(ItemOutcomes outcomes, CancellationToken cancellationToken)
    {
        if (settings.Receipt.Length == 0 || outcomes.Received.Count == 0)
            return false;
        string path = settings.FullPath(settings.Receipt);
        ArtifactFile.MakeFolder(Path.GetDirectoryName(path)!);
        await OutputOwner.WatchAsync(path, settings, warnings, () => ReceiptFile.WriteAsync(
            path, outcomes.Received, ReportProvenance.Of([]).Version, isShort: false, cancellationToken, outcomes.Failed.Count));
        return true;
    }

    /// <summary>Signs the receipt and <c>relocation.json</c>, each with a statement next to it.</summary>
    /// <param name="signing">The key.</param>
    /// <param name="outcomes">The outcomes of the items.</param>
    /// <param name="reports">The written reports; without one, nothing is signed, because each statement has its digest.</param>
    /// <param name="isReceived">True if there is a receipt of this run.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    public async Task<PublishedFile[]> SignAsync(
        ProjectSigning signing, ItemOutcomes outcomes, IReadOnlyList<PublishedFile> reports, bool isReceived,
        CancellationToken cancellationToken)
    {
        if (signing.Key is not { } key || reports.FirstOrDefault(file => file.Kind == PublishedFileKind.Report) is not { } report)
            return [];
        RunIdentity? who = RunIdentity.Find(Environment.GetEnvironmentVariable, settings.RecordUser);
        TrustedImage[]? verdicts = outcomes.Published.All(item => item.Signatures is null)
            ? null : [.. outcomes.Published.SelectMany(item => item.Signatures ?? [])];
        byte[] relocation = TrustRuleReader.ReadFile(report.Path);
        if (isReceived)
            await outcomes.WriteAsync(async () =>
            {
                string receipt = settings.FullPath(settings.Receipt);
                byte[] statement = RelocationStatement.Write(
                    Path.GetFileName(receipt), Digest.Compute(TrustRuleReader.ReadFile(receipt)), outcomes.Received, verdicts, who,
                    ReportProvenance.Of([]).Version, relocation);
                await SignatureFile.StateAsync(receipt, statement, key, cancellationToken);
                return true;
            }, false);
        Digest digest = Digest.Compute(relocation);
        string place = await SignatureFile.StateOnceAsync(
            report.Path, digest, () =>
            RelocationStatement.Write(
                RelocationReportWriter.FileName, digest, outcomes.Results, verdicts, who, ReportProvenance.Of([]).Version, relocation),
                key, cancellationToken);
        return [artifacts.Take(new PublishedFile(place, PublishedFileKind.ReportSignature))];
    }

    /// <summary>
    /// Writes the mirror configurations that the project requests. After failures, an earlier file that would change is kept: engines that
    /// read it would lose the mirrors of the failed items.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.MirrorPathsDiffer"/>, <see cref="ErrorCode.NothingMirrored"/>, or 3xxx: a
    /// file.</exception>
    public async Task<List<PublishedFile>> WriteMirrorsAsync(ItemOutcomes outcomes, CancellationToken cancellationToken)
    {
        List<PublishedFile> files = [];
        if (settings.MirrorFormats.IsEmpty || outcomes.Published.Count == 0)
            return files;
        List<string> kept = [];
        ImmutableArray<MirrorEntry> entries = MirrorCheck.EntriesOf(settings, outcomes.Published);
        foreach ((string name, string text) in MirrorFiles.Create(entries, settings.MirrorFormats))
        {
            string file = Path.Combine(ArtifactFolder.Mirrors, name.Replace('/', Path.DirectorySeparatorChar));
            if (outcomes.Failed.Count > 0 && artifacts.Differs(file, text))
                kept.Add(Path.Combine(settings.FullOutputPath, file));
            else
                files.Add(await artifacts.WriteAsync(file, text, PublishedFileKind.Mirrors, cancellationToken));
        }

        if (MirrorSets.FindInsecure(entries, settings.MirrorFormats) is { } insecure)
            warnings.Add(insecure, null);
        if (kept.Count > 0)
            warnings.Add(new Diagnostic(
                ErrorCode.IncompleteMirrors,
                $"{string.Join(", ", kept.Select(file => $"'{file}'"))} {(kept.Count == 1 ? "is" : "are")} kept from an earlier publish: " +
                "without the failed items, the new configuration would lack their mirrors.",
                "Publish again until every item is complete."), new SourceLocation(kept[0]));
        return files;
    }

    /// <summary>Writes <c>relocation.json</c> and <c>relocation.html</c>.</summary>
    /// <param name="outcomes">The outcomes of the items.</param>
    /// <param name="summary">The run in a sentence.</param>
    /// <param name="retries">The number of retries; null if they are not counted.</param>
    /// <param name="gate">The gate's report; null if there is no gate.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    public async Task<(PublishedFile[] Files, ReportModel Model)> WriteReportsAsync(
        ItemOutcomes outcomes, string summary, long? retries, GateReport? gate, CancellationToken cancellationToken)
    {
        (string Path, bool IsKept)? written = await outcomes.WriteAsync(
            () => WriteReportAsync(outcomes, summary, gate, cancellationToken), null);
        ReportModel model = RelocationPage.Create(
            Path.GetFileName(settings.ProjectDirectory), outcomes.Results, outcomes.Derived, warnings.All, outcomes.Failures, summary,
            retries, outcomes.Published.SelectMany(item => item.Signatures ?? []));
        if (written is not var (path, isKept))
            return ([], model);
        PublishedFile report = artifacts.Take(
            new PublishedFile(path, PublishedFileKind.Report) { Written = isKept ? null : PublishedFileList.DigestOf(path) });
        PublishedFile? page = await outcomes.WriteAsync<PublishedFile?>(
            async () => artifacts.Take(await RelocationPage.WriteAsync(settings.FullOutputPath, model, isKept, cancellationToken)), null);
        return (page is null ? [report] : [report, page], model);
    }

    private async Task<(string Path, bool IsKept)?> WriteReportAsync(
        ItemOutcomes outcomes, string summary, GateReport? gate, CancellationToken cancellationToken)
    {
        OutputOwner owner = OutputOwner.Look(Path.Combine(settings.FullOutputPath, RelocationReportWriter.FileName), settings);
        (string, bool) written = await RelocationReportWriter.WriteAsync(
            settings.FullOutputPath, outcomes.Published, warnings.All, [.. outcomes.Failures], summary, gate, cancellationToken);
        if (await owner.TellAsync() is { } replaced)
            warnings.Add(replaced, null);
        return written;
    }
}
