using System.Collections.Immutable;
using Airgap.Oci.Naming;
using Airgap.Publishing.Reporting;

namespace Airgap.Publishing.Mirrors;

/// <summary>A repository that workloads name, and where the mirror has it.</summary>
/// <param name="Source">The repository by the name that workloads give it.</param>
/// <param name="Mirrors">The repositories that have what was relocated of it; those with the most of it first.</param>
/// <param name="HasTags">True where a tag of it is at a mirror, too, and not digests alone.</param>
internal sealed record MirrorEntry(RepositoryName Source, ImmutableArray<RepositoryName> Mirrors, bool HasTags)
{
    /// <summary>The source as container engines write it: Docker Hub is <c>docker.io</c> to them.</summary>
    public string SourceText => $"{HostText(Source.Registry)}/{Source.Path}";

    /// <summary>A host as container engines write it.</summary>
    public static string HostText(string registry) => registry == RepositoryName.DockerHub ? "docker.io" : registry;
}

/// <summary>Finds which repositories are mirrored where, in a <c>relocation.json</c>.</summary>
internal static class MirrorMap
{
    /// <summary>The repositories, in the order of their names. What is at its source alone is not among them.</summary>
    /// <param name="report">The report.</param>
    /// <param name="hostOf">The host by which the cluster knows the mirror of an item; null for that of the report.</param>
    public static ImmutableArray<MirrorEntry> Of(RelocationReport report, Func<ReportItem, string?>? hostOf = null)
    {
        SortedDictionary<string, (RepositoryName Source, Dictionary<RepositoryName, HashSet<string>> Mirrors, bool HasTags)> found =
            new(StringComparer.Ordinal);
        foreach (ReportItem item in report.Items)
        {
            string? host = hostOf?.Invoke(item);
            foreach (ReportImage image in item.Images)
            {
                if (Repository(image.Origin ?? image.Source) is not { } source)
                    continue;
                bool isTagged = image.Digest == item.Digest && item.Tag is { Length: > 0 };
                foreach (RepositoryName place in Places(image).Select(place => host is null ? place : new RepositoryName(host, place.Path))
                    .Where(place => place != source))
                {
                    if (!found.TryGetValue(source.ToString(), out var known))
                        known = (source, [], false);
                    if (!known.Mirrors.TryGetValue(place, out HashSet<string>? digests))
                        known.Mirrors[place] = digests = new HashSet<string>(StringComparer.Ordinal);
                    digests.Add(image.Digest);
                    found[source.ToString()] = known with { HasTags = known.HasTags || isTagged };
                }
            }
        }

        return
        [
            .. found.Values.Select(entry => new MirrorEntry(
                entry.Source,
                [.. entry.Mirrors.OrderByDescending(mirror => mirror.Value.Count)
                    .ThenBy(mirror => mirror.Key.ToString(), StringComparer.Ordinal).Select(mirror => mirror.Key)],
                entry.HasTags)),
        ];
    }

    private static IEnumerable<RepositoryName> Places(ReportImage image) =>
        (image.AlsoAt ?? []).Append(image.Destination).Select(Repository).OfType<RepositoryName>();

    private static RepositoryName? Repository(string? reference) =>
        ImageReference.TryParse(reference, out ImageReference? parsed, out _) ? parsed.Repository : null;
}
