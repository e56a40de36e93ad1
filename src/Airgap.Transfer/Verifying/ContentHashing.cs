using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

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
    /// <returns>The digests of damaged contents.</returns>
    /// <exception cref="AirgapException">A failure that ends every run, such as one of the disk.</exception>
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
                catch (AirgapException e) when (!ImageFailures.EndsEveryRun(e.Code))
                {
                    problems.TryAdd(content.Digest, e);
                }
                catch (Exception e) when (IoFailures.IsIoFailure(e))
                {
                    throw IoFailures.Translate(e, archive.Path);
                }
            });
        foreach (Descriptor content in contents)
        {
            if (problems.TryGetValue(content.Digest, out AirgapException? problem))
                findings.Add(problem, archive.Path, content.Digest);
        }

        return [.. problems.Keys];
    }
}
