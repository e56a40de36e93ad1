using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Verifying;

/// <summary>
/// Verifies an OCI layout with the reader and the planner that an import uses, and hashes every blob, even if no image refers to it.
/// </summary>
internal sealed class LayoutVerifier(ArchiveFile file)
{
    private readonly string _path = file.Path;
    private readonly Findings _findings = new();
    private DeltaNotes? _delta;
    private ImmutableArray<Diagnostic> _warnings = [];

    public async Task<VerificationResult> VerifyAsync(CancellationToken cancellationToken)
    {
        HashSet<Digest> damaged = [];
        try
        {
            LayoutReader layout = await LayoutReader.OpenAsync(file, cancellationToken);
            Descriptor[] contents = [.. layout.Files.Contents().Select(content => new Descriptor("", content.Digest, content.File.Size))];
            damaged = await ContentHashing.RunAsync(layout, contents, _findings, cancellationToken);
            TransferPlan plan = await new ArchivePlanner(layout, new PlanOptions { KeepGoing = true }).PlanAsync(
                new RelocationSource.Archive(_path), cancellationToken);
            _delta = plan.SourceDelta;
            // Nothing is left out here: layers that are there were read.
            _warnings = [.. plan.Warnings.Where(warning => warning.Code != ErrorCode.LayersSkipped)];
            foreach (Descriptor layer in LayoutArchive.ManifestsOf(plan).SelectMany(node => node.Manifest.Layers)
                .Where(layer => MediaTypes.IsNonDistributable(layer.MediaType) && layout.PlaceOf(layer) is null))
                _findings.CountAbsentLayer(null, layer.Digest);
            foreach (Diagnostic problem in plan.Failures.Select(failure => failure.Problem)
                .Where(problem => !IsDamage(problem.Code, problem.Digest)))
                _findings.Add(problem, _path);
            HashSet<Digest> manifests = [.. LayoutArchive.ManifestsOf(plan).Select(node => node.Manifest.Digest)];
            foreach (Digest left in LayoutArchive.ManifestsOf(plan).SelectMany(node => node.LeftOut))
                _findings.CountLeftOut(null, left);
            foreach (Descriptor content in contents)
            {
                if (manifests.Contains(content.Digest))
                    _findings.CountManifest(content.Size);
                else
                    _findings.CountBlob(content.Size);
            }

            bool IsDamage(ErrorCode code, string? digest) =>
                code == ErrorCode.ArchiveDigestMismatch && Digest.TryParse(digest, out Digest told) && damaged.Contains(told);
        }
        catch (AirgapException e) when (!ImageFailures.EndsEveryRun(e.Code))
        {
            _findings.Add(e, _path, null);
        }
        catch (AirgapException e) when (damaged.Count > 0 && ContentHashing.IsOfDisk(e.Code))
        {
            // Told for what cannot be read; what depends on it is unknown.
        }

        return _findings.Result(_path) with { Delta = _delta, Warnings = _warnings };
    }
}
