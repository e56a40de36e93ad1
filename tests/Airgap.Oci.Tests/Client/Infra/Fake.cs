using System.Collections.Concurrent;
using Airgap.Oci.Auth;
using Airgap.Oci.Naming;

namespace Airgap.Oci.Tests.Client.Infra;

/// <summary>One credential for every repository of one registry.</summary>
internal sealed class FakeCredentials(Credential? credential, string? registry = null) : ICredentialSource
{
    public ConcurrentQueue<RepositoryName> Asked { get; } = new();

    public string Description => "fake";

    public ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        Asked.Enqueue(repository);
        return ValueTask.FromResult(registry is null || repository.Registry == registry ? credential : null);
    }
}

/// <summary>Sums the progress. Called in order by one upload.</summary>
internal sealed class SumProgress : IProgress<long>
{
    public long Sum { get; private set; }

    public List<long> Reports { get; } = [];

    public void Report(long value)
    {
        Sum += value;
        Reports.Add(value);
    }
}
