using System.Collections.Immutable;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Reporting;

/// <summary>The destination registries that relocations reached by plain http, as reports list them.</summary>
internal static class PlainHttpHosts
{
    /// <summary>The hosts, in ordinal order; null if there is none.</summary>
    public static ImmutableArray<string>? Of(IEnumerable<TransferResult> results)
    {
        ImmutableArray<string> hosts =
        [
            .. results.Where(result => result.IsPlainHttp)
                .Select(result => ((RelocationDestination.Repository)result.Destination).Name.Registry)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        return hosts.IsEmpty ? null : hosts;
    }
}
