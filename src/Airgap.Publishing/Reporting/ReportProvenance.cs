using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Reporting;

/// <summary>The end time of relocations, the version that made them, and their registries and archives.</summary>
/// <param name="Ended">The end of the last; null if none has one.</param>
/// <param name="Version">The version, without build metadata.</param>
/// <param name="From">The source hosts and archives, in ordinal order.</param>
/// <param name="To">The destination hosts and archives, in ordinal order.</param>
internal sealed record ReportProvenance(DateTimeOffset? Ended, string Version, ImmutableArray<string> From, ImmutableArray<string> To)
{
    private static readonly string s_version =
        (typeof(ReportProvenance).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "0.0.0").Split('+')[0];

    /// <summary>Makes it from relocations.</summary>
    public static ReportProvenance Of(IReadOnlyCollection<TransferResult> results) => new(
        results.Count == 0 ? null : results.Max(result => result.Ended),
        s_version,
        Ordered(results.SelectMany(result => result.Plan.Source is RelocationSource.Archive archive
            ? [Path.GetFileName(archive.Path)]
            : result.Plan.Items.Select(item => item.Source.Repository.Registry))),
        Ordered(results.Select(result => result.Destination switch
        {
            RelocationDestination.Repository repository => repository.Name.Registry,
            RelocationDestination.Archive archive => Path.GetFileName(archive.Path),
            _ => result.Destination.ToString()!,
        })));

    /// <summary>The end time, as in the documents: <c>2026-11-28T22:54:19Z</c>.</summary>
    public string? EndedText => Ended?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static ImmutableArray<string> Ordered(IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
