using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Verifying;

/// <summary>
/// Verifies an archive with the reader and the planner that an import uses, so that both accept the same archives; and hashes every layer,
/// even if no image refers to it.
/// </summary>
internal sealed class ArchiveVerifier(ArchiveFile file)
{
    private readonly string _path = file.Path;
    private readonly Findings _findings = new();
    private DeltaNotes? _delta;

    public async Task<VerificationResult> VerifyAsync(CancellationToken cancellationToken)
    {
        HashSet<Digest> damaged = [];
        try
        {
            (ArchiveReader? archive, AirgapException? damage) = await ArchiveReader.OpenAsFarAsItGoesAsync(file, cancellationToken);
            if (damage is not null)
                _findings.Add(damage, _path, null);
            if (archive is null)
                return _findings.Result(_path);
            damaged = await LayersAsync(archive, cancellationToken);
            await ContentAsync(archive, damaged, cancellationToken);
        }
        catch (AirgapException e) when (!ImageFailures.EndsEveryRun(e.Code))
        {
            _findings.Add(e, _path, null);
        }
        catch (AirgapException e) when (damaged.Count > 0 && ContentHashing.IsOfDisk(e.Code))
        {
            // Told for what cannot be read; what depends on it is unknown.
        }

        return _findings.Result(_path) with { Delta = _delta };
    }

    private async Task<HashSet<Digest>> LayersAsync(ArchiveReader archive, CancellationToken cancellationToken)
    {
        Descriptor[] layers =
        [
            .. archive.Entries.OrderBy(entry => entry.Offset).Select(entry => (Digest: ArchiveLayout.DigestOf(entry.Name), entry.Size))
                .Where(layer => layer.Digest is not null).Select(layer => new Descriptor("", layer.Digest!.Value, layer.Size)),
        ];
        HashSet<Digest> damaged = await ContentHashing.RunAsync(archive, layers, _findings, cancellationToken);
        foreach (Descriptor layer in layers)
            _findings.CountBlob(layer.Size);
        return damaged;
    }

    private async Task ContentAsync(ArchiveReader archive, HashSet<Digest> damaged, CancellationToken cancellationToken)
    {
        TransferPlan plan;
        try
        {
            plan = await new ArchivePlanner(archive, new PlanOptions { KeepGoing = true }).PlanAsync(
                new RelocationSource.Archive(_path), cancellationToken);
            _delta = plan.SourceDelta;
        }
        catch (AirgapException e) when (IsDamage(e.Code, e.Digest))
        {
            // The problem was reported when the layer was hashed.
            return;
        }

        foreach (Diagnostic problem in plan.Failures.Select(failure => failure.Problem)
            .Where(problem => !IsDamage(problem.Code, problem.Digest)))
            _findings.Add(problem, _path);
        HashSet<string> wanted = [ArchiveLayout.ManifestName, ArchiveNotes.EntryName];
        HashSet<Digest> seen = [];
        foreach (PlannedManifest node in plan.Items.SelectMany(item => item.Content.SelfAndDescendants()))
        {
            if (!seen.Add(node.Manifest.Digest))
                continue;
            _findings.CountManifest(node.Manifest.Descriptor.Size);
            foreach (Digest left in node.LeftOut)
                _findings.CountLeftOut(null, left);
            if (node.StoredConfig is { } config && seen.Add(node.Manifest.Config!.Digest))
                _findings.CountBlob(config.Length);
            foreach (Descriptor layer in node.Manifest.Layers)
            {
                wanted.Add(ArchiveLayout.NameOf(layer.Digest));
                Optional(archive, layer);
            }
        }

        // If elements of the archive are damaged, it is unknown which entries belong to them.
        if (!plan.Failures.IsEmpty)
            return;
        foreach (ArchiveEntry entry in archive.Entries.Where(entry => !wanted.Contains(entry.Name)).OrderBy(entry => entry.Offset))
            _findings.Add(ErrorCode.InvalidArchive,
                $"'{_path}': no image refers to the entry '{Printable(entry.Name)}' at byte {entry.Offset}.", _path,
                ArchiveLayout.DigestOf(entry.Name));

        bool IsDamage(ErrorCode code, string? digest) =>
            code == ErrorCode.ArchiveDigestMismatch && Digest.TryParse(digest, out Digest layer) && damaged.Contains(layer);
    }

    // A non-distributable layer may be absent; a present one must match.
    private void Optional(ArchiveReader archive, Descriptor layer)
    {
        try
        {
            if (archive.FindLayer(layer) is null && MediaTypes.IsNonDistributable(layer.MediaType))
                _findings.CountAbsentLayer(null, layer.Digest);
        }
        catch (AirgapException e)
        {
            _findings.Add(e, _path, layer.Digest);
        }
    }

    private static string Printable(string name) => string.Concat(name.Take(200).Select(c => char.IsControl(c) ? '?' : c));
}
