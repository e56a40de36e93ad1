using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Verifying;

/// <summary>Reads contents of an archive in parallel and compares each with its digest.</summary>
internal static class ContentHashing
{
    // Each concurrent reader occupies a processor for hashing, and a few readers saturate one disk.
    private const int Most = 4;

    /// <summary>Reads contents completely.</summary>
    /// <param name="archive">The archive with the contents.</param>
    /// <param name="contents">Their digests and lengths, in the order of the archive.</param>
    /// <param name="findings">Receives the problems, in the same order.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The digests of contents that are damaged or cannot be read.</returns>
    public static async Task<HashSet<Digest>> RunAsync(
        IArchive archive, IReadOnlyList<Descriptor> contents, Findings findings, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<Digest, AirgapException> problems = [];
        await Parallel.ForEachAsync(
            contents,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, Most),
                CancellationToken = cancellationToken
            },
            async (content, token) =>
            {
                try
                {
                    await using Stream stream = await archive.GetBlob(content).OpenAsync(0, token);
                    await stream.CopyToAsync(Stream.Null, token);
                }
                catch (Exception e) when (IoFailures.IsIoFailure(e)
                    || e is AirgapException { Code: not (ErrorCode.Canceled or ErrorCode.ArchiveSignature) })
                {
                    // A disk may be unreadable in one place, and the rest of the archive is still checked.
                    AirgapException problem = IoFailures.Translate(e, archive.Path);
                    problems.TryAdd(content.Digest, problem.Digest is null && IsOfDisk(problem.Code) ? new AirgapException(
                        problem.Code, $"{content.Digest} cannot be read: {problem.Message}", problem.Advice, problem)
                    {
                        Reference = problem.Reference,
                        Location = problem.Location,
                        Digest = content.Digest.ToString()
                    } : problem);
                }
            });
        foreach (Descriptor content in contents)
        {
            if (problems.TryGetValue(content.Digest, out AirgapException? problem))
                findings.Add(problem, archive.Path, content.Digest);
        }

        return [.. problems.Keys];
    }

    /// <summary>True for a failure to read a file, which was told for each content that cannot be read.</summary>
    public static bool IsOfDisk(ErrorCode code) => code is ErrorCode.FileFailure or ErrorCode.AccessDenied or ErrorCode.FileNotFound;
}
