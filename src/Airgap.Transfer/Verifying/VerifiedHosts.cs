using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Verifying;

/// <summary>
/// Sends requests to registries, with bounded concurrency. The first request to a registry is sent alone; a registry that does not answer
/// receives no further requests. Only requests for manifests and tags show whether it answers, because some registries also close the
/// connection for a blob that they lost but whose descriptor they still have in a cache.
/// </summary>
internal sealed class VerifiedHosts(IRegistry registry, int concurrency) : IDisposable
{
    private readonly SemaphoreSlim _places = new(concurrency);
    private readonly ConcurrentDictionary<string, Host> _hosts = new();

    /// <summary>Concurrent requests.</summary>
    public int Concurrency => concurrency;

    /// <summary>Requests manifests or tags.</summary>
    /// <exception cref="AirgapException">The registry's error response, or the reason why it does not answer this request or did not answer
    /// an earlier one.</exception>
    public async Task<T> AskAsync<T>(
        RepositoryName repository, Func<IImageRepository, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        Host host = HostOf(repository);
        bool isFirst = host.IsFirst();
        if (!isFirst)
            await host.Asked.Task.WaitAsync(cancellationToken);
        try
        {
            return await ReadAsync(repository, ask, cancellationToken);
        }
        catch (AirgapException e) when (IsLoss(e))
        {
            host.Lost ??= Nameless(e);
            throw;
        }
        finally
        {
            if (isFirst)
                host.Asked.TrySetResult();
        }
    }

    /// <summary>Reads a blob. Its failure does not count against the registry.</summary>
    /// <exception cref="AirgapException">As for <see cref="AskAsync"/>.</exception>
    public async Task<T> ReadAsync<T>(
        RepositoryName repository, Func<IImageRepository, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        Host host = HostOf(repository);
        await _places.WaitAsync(cancellationToken);
        try
        {
            return host.Lost is { } lost ? throw lost : await read(registry.GetSource(repository), cancellationToken);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>
    /// Adds a failure to findings. A failure of a registry that does not answer is reported as one of the whole registry.
    /// </summary>
    public void Report(Findings findings, RepositoryName repository, AirgapException failure, string place, Digest? digest)
    {
        if (IsLoss(failure) && HostOf(repository).Lost is { } lost)
            findings.AddLost(repository.Registry, lost, place, digest);
        else
            findings.Add(failure, place, digest);
    }

    /// <summary>True for a failure that shows that a registry does not answer.</summary>
    public static bool IsLoss(AirgapException failure) =>
        failure.Code is ErrorCode.RegistryUnreachable or ErrorCode.RegistryTimeout or ErrorCode.RegistryCertificate;

    /// <summary>True when a registry did not answer.</summary>
    public bool IsLost(RepositoryName repository) => HostOf(repository).Lost is not null;

    public void Dispose() => _places.Dispose();

    // The request that fails first differs from run to run, so the message about the registry names no request.
    private static AirgapException Nameless(AirgapException failure)
    {
        string message = failure.Message;
        int request = Math.Max(message.IndexOf("GET http", StringComparison.Ordinal),
            message.IndexOf("HEAD http", StringComparison.Ordinal));
        int end = request < 0 ? -1 : message.IndexOf(": ", request, StringComparison.Ordinal);
        return new AirgapException(failure.Code, end < 0 ? message : message[(end + 2)..], failure.Advice, failure);
    }

    private Host HostOf(RepositoryName repository) => _hosts.GetOrAdd(repository.Registry, static _ => new Host());

    private sealed class Host
    {
        private int _asked;

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public AirgapException? Lost { get; set => Interlocked.CompareExchange(ref field, value, null); }

        public bool IsFirst() => Interlocked.Exchange(ref _asked, 1) == 0;
    }
}
