using System.Collections.Concurrent;
using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Warns as soon as a plan is known to need more manifests of a registry than the registry's quota allows. Blobs and HEADs do not count.
/// The children of unread indexes are not yet known, so a plan may need more.
/// </summary>
/// <remarks>Source: Docker Hub, "Pull usage and limits": a pull is a GET of a manifest.</remarks>
internal sealed class QuotaWatch(IRegistry registry, ITransferObserver observer)
{
    private readonly ConcurrentDictionary<string, int> _needed = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<RepositoryName, string> _hosts = [];
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The manifests to read, one for each repository in the list.</summary>
    public void Expect(IEnumerable<RepositoryName> places)
    {
        foreach ((string host, int manifests) in places.CountBy(HostOf))
        {
            _needed.AddOrUpdate(host, manifests, (_, before) => before + manifests);
            Check(host);
        }
    }

    /// <summary>Records that one of them was read, or need not be.</summary>
    public void Took(RepositoryName place)
    {
        string host = HostOf(place);
        Check(host);
        _needed.AddOrUpdate(host, 0, static (_, before) => Math.Max(0, before - 1));
    }

    // A mirror that serves has a quota of its own. The place is kept as it was when the manifest was expected.
    private string HostOf(RepositoryName place) => _hosts.GetOrAdd(place, registry.PullHostOf);

    private void Check(string host)
    {
        if (_needed.GetValueOrDefault(host) is var needed && needed == 0 || registry.FindPullQuota(host) is not { IsLong: true } quota
            || needed <= quota.Remaining || !_told.TryAdd(host, true))
            return;
        observer.Warning(new Diagnostic(
            ErrorCode.PullQuotaTooSmall,
            string.Create(CultureInfo.InvariantCulture,
                $"{host} has {quota.Remaining} pulls left{quota.OfWhat}{(quota.Source is null ? "" : $" for {quota.Source}")}, and this " +
                $"needs at least {needed}."),
            $"Log in for a larger quota, {AdviceTerms.SourceMirrors}, or wait until it is full again."));
    }
}
