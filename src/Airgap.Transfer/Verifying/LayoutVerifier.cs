using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Verifying;

/// <summary>Verifies an OCI layout by the reader and the planner that import it, and hashes every content, whether an image refers to it or not.</summary>
internal sealed class LayoutVerifier(string path)
{
    // Hashing keeps a processor busy, and reading one disk no more than a few.
    private const int MostHashed = 4;

    private readonly Findings _findings = new();

    public async Task<VerificationResult> VerifyAsync(CancellationToken cancellationToken)
    {
        try
        {
            LayoutReader layout = await LayoutReader.OpenAsync(path, cancellationToken);
            ConcurrentDictionary<Digest, AirgapException> damaged = await HashAsync(layout, cancellationToken);
            TransferPlan plan = await new ArchivePlanner(layout, new PlanOptions { KeepGoing = true }).PlanAsync(new RelocationSource.Archive(path), cancellationToken);
            foreach (Diagnostic problem in plan.Failures.Select(failure => failure.Problem).Where(problem => !IsDamage(problem.Code, problem.Digest)))
                _findings.Add(problem, path);
            HashSet<Digest> manifests = [.. LayoutArchive.ManifestsOf(plan).Select(node => node.Manifest.Digest)];
            foreach ((Digest digest, LayoutFile file) in layout.Files.Contents())
            {
                if (manifests.Contains(digest))
                    _findings.CountManifest(file.Size);
                else
                    _findings.CountBlob(file.Size);
            }

            bool IsDamage(ErrorCode code, string? digest) =>
                code == ErrorCode.ArchiveDigestMismatch && Digest.TryParse(digest, out Digest content) && damaged.ContainsKey(content);
        }
        catch (AirgapException e) when (!ImageFailures.EndsEveryRun(e.Code))
        {
            _findings.Add(e, path, null);
        }

        return _findings.Result(path);
    }

    private async Task<ConcurrentDictionary<Digest, AirgapException>> HashAsync(LayoutReader layout, CancellationToken cancellationToken)
    {
        (Digest Digest, LayoutFile File)[] contents = [.. layout.Files.Contents()];
        ConcurrentDictionary<Digest, AirgapException> problems = [];
        await Parallel.ForEachAsync(
            contents,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, MostHashed), CancellationToken = cancellationToken },
            async (content, token) =>
            {
                try
                {
                    await using Stream stream = await layout.GetBlob(new Descriptor("", content.Digest, content.File.Size)).OpenAsync(0, token);
                    await stream.CopyToAsync(Stream.Null, token);
                }
                catch (AirgapException e) when (!ImageFailures.EndsEveryRun(e.Code))
                {
                    problems.TryAdd(content.Digest, e);
                }
                catch (Exception e) when (IoFailures.IsIoFailure(e))
                {
                    throw IoFailures.Translate(e, path);
                }
            });
        foreach ((Digest digest, _) in contents)
        {
            if (problems.TryGetValue(digest, out AirgapException? problem))
                _findings.Add(problem, path, digest);
        }

        return problems;
    }
}
