using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Verifying;

/// <summary>The target of a verification: reads every blob once and compares it with what refers to it.</summary>
internal sealed class BlobHasher(VerifiedHosts hosts, Findings run)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(RepositoryName Repository, Digest Digest, long Size, bool MayBeAbsent), Check> _checks = [];

    /// <summary>Adds a blob, for <see cref="RunAsync"/> to read.</summary>
    /// <param name="findings">Receives its problems.</param>
    /// <param name="repository">Where it is.</param>
    /// <param name="blob">The expected content.</param>
    /// <param name="manifest">A manifest there that refers to it.</param>
    /// <param name="mayBeAbsent">True for a non-distributable layer: it is counted if it is absent, and must be right otherwise.</param>
    public void Expect(Findings findings, RepositoryName repository, Descriptor blob, Digest manifest, bool mayBeAbsent = false) =>
        findings.Include(Take(repository, blob, manifest, mayBeAbsent).Findings);

    /// <summary>Reads a blob now, because the plan needs its content. It counts as read.</summary>
    /// <param name="findings">Receives its problems.</param>
    /// <param name="repository">Where it is.</param>
    /// <param name="blob">The expected content.</param>
    /// <param name="manifest">A manifest there that refers to it.</param>
    /// <param name="read">Reads as much as it needs. A failure of its own is reported only when the bytes are
    /// right.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What was read; null if the blob is missing or damaged.</returns>
    /// <exception cref="AirgapException">The failure of <paramref name="read"/>.</exception>
    public async Task<T?> ReadAsync<T>(
        Findings findings, RepositoryName repository, Descriptor blob, Digest manifest, Func<Stream, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
        where T : class
    {
        Check check = Take(repository, blob, manifest);
        findings.Include(check.Findings);
        // Reported and counted once, however often its content is needed.
        return await CheckAsync(check.Claim() ? check : check with { Findings = new Findings() }, read, cancellationToken);
    }

    /// <summary>Reads everything not read yet in parallel, the longest first.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Check[] checks = [.. _checks.Values.Where(check => check.Claim()).OrderByDescending(check => check.Blob.Size)];
        await Parallel.ForEachAsync(
            checks,
            new ParallelOptions { MaxDegreeOfParallelism = hosts.Concurrency, CancellationToken = cancellationToken },
            async (check, token) => await CheckAsync<object>(check, null, token));
    }

    private Check Take(RepositoryName repository, Descriptor blob, Digest manifest, bool mayBeAbsent = false)
    {
        lock (_lock)
        {
            var key = (repository, blob.Digest, blob.Size, mayBeAbsent);
            if (!_checks.TryGetValue(key, out Check? check))
            {
                // What the descriptor embeds, or another address returns, does not show what the repository has.
                _checks.Add(key, check = new Check(repository, blob.AsStored, manifest, run.Apart()) { MayBeAbsent = mayBeAbsent });
            }

            return check;
        }
    }

    private async Task<T?> CheckAsync<T>(Check check, Func<Stream, CancellationToken, Task<T>>? read, CancellationToken cancellationToken)
        where T : class
    {
        AirgapException? refused = null;
        T? value = null;
        try
        {
            value = await hosts.ReadAsync(
                check.Repository,
                async (repository, token) =>
                {
                    await using Stream content = await repository.GetBlob(check.Blob).OpenAsync(0, token);
                    await using HashingReadStream hashed = new(content, check.Blob.Digest.HashAlgorithm);
                    T? result = null;
                    try
                    {
                        result = read is null ? null : await read(hashed, token);
                    }
                    catch (AirgapException e) when (!hashed.IsBroken)
                    {
                        refused = e;
                    }

                    await hashed.CopyToAsync(Stream.Null, 128 * 1024, token);
                    if (IsRight(check, hashed))
                        return result;
                    refused = null;
                    return null;
                },
                cancellationToken);
        }
        catch (AirgapException e)
        {
            await ReportAsync(check, e, cancellationToken);
            return null;
        }

        return value is null && refused is not null ? throw refused : value;
    }

    private static bool IsRight(Check check, HashingReadStream hashed)
    {
        (Digest digest, long size) = (check.Blob.Digest, check.Blob.Size);
        Digest actual = hashed.Digest;
        check.Findings.CountBlob(hashed.Count);
        if (actual != digest)
            check.Findings.Add(ErrorCode.DigestMismatch, $"{check.Place}: {digest} has the digest {actual}.", check.Place, digest);
        else if (size != hashed.Count)
            check.Findings.Add(ErrorCode.SizeMismatch,
                $"{check.Place}: {digest} has {hashed.Count} bytes, but its descriptor states {size}.", check.Place, digest);
        else
            return true;
        return false;
    }

    // docker-registry closes the connection for a blob that it lost but whose descriptor it still has in a cache. A request for a manifest
    // that refers to the blob shows whether only the blob is lost, or the registry does not answer.
    private async Task ReportAsync(Check check, AirgapException failure, CancellationToken cancellationToken)
    {
        if (check.MayBeAbsent && failure.Code == ErrorCode.BlobUnknown)
        {
            check.Findings.CountAbsentLayer(check.Repository, check.Blob.Digest);
            return;
        }

        if (VerifiedHosts.IsLoss(failure) && !hosts.IsLost(check.Repository))
        {
            try
            {
                await hosts.AskAsync(check.Repository,
                    (repository, token) => repository.ResolveAsync(check.Manifest.ToString(), token), cancellationToken);
            }
            catch (AirgapException e) when (!VerifiedHosts.IsLoss(e))
            {
                // The registry answers.
            }
            catch (AirgapException)
            {
                // The registry does not answer, which AskAsync has recorded.
            }
        }

        bool isAboutTheBlob = !hosts.IsLost(check.Repository)
            && failure.Code is ErrorCode.RegistryUnreachable or ErrorCode.RegistryTimeout or ErrorCode.BlobUnknown
            or ErrorCode.DigestMismatch or ErrorCode.SizeMismatch;
        if (isAboutTheBlob)
            check.Findings.Add(failure.ToDiagnostic() with
            {
                Advice = Findings.Advice,
                Digest = failure.Digest ?? check.Blob.Digest.ToString()
            }, check.Place);
        else
            hosts.Report(check.Findings, check.Repository, failure, check.Place, check.Blob.Digest);
    }

    private sealed record Check(RepositoryName Repository, Descriptor Blob, Digest Manifest, Findings Findings)
    {
        private int _claimed;

        public bool MayBeAbsent { get; init; }

        public string Place => $"{Repository}@{Blob.Digest}";

        public bool Claim() => Interlocked.Exchange(ref _claimed, 1) == 0;
    }
}
