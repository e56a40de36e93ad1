using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Reporting;

namespace Airgap.Publishing.Mirrors;

/// <summary>A repository that workloads name, and its locations at the mirror.</summary>
/// <param name="Source">The repository as named by workloads.</param>
/// <param name="Mirrors">The repositories with its relocated content, those with the most content first.</param>
/// <param name="HasTags">True if a mirror also has tags of it, not only digests.</param>
internal sealed record MirrorEntry(RepositoryName Source, ImmutableArray<MirrorPlace> Mirrors, bool HasTags)
{
    /// <summary>The source as written for container engines, which call Docker Hub <c>docker.io</c>.</summary>
    public string SourceText => $"{HostText(Source.Registry)}/{Source.Path}";

    /// <summary>A host as written for container engines.</summary>
    public static string HostText(string registry) => registry == RepositoryName.DockerHub ? "docker.io" : registry;
}

/// <summary>Finds repositories and their mirrors in a <c>relocation.json</c>.</summary>
internal static class MirrorMap
{
    /// <summary>The repositories, ordered by name, without those that are only at their source.</summary>
    /// <param name="report">The report.</param>
    /// <param name="hostOf">The mirror's host name in the cluster for an item; null for that of the report.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.NothingMirrored"/>: a source or destination is not a reference.</exception>
    public static ImmutableArray<MirrorEntry> Of(RelocationReport report, Func<ReportItem, string?>? hostOf = null) =>
        Of(report.Items.SelectMany(item => item.Images.Select(
            image => (image, image.Digest == item.Digest && item.Tag is { Length: > 0 }, hostOf?.Invoke(item)))), report.PlainHttp ?? []);

    /// <summary>The repositories of images.</summary>
    /// <param name="images">
    /// Each image, whether a tag of its own is at the mirror, too, and the host by which the cluster knows the mirror; null for that of the
    /// image.
    /// </param>
    /// <param name="plainHttp">The destination registries that were reached by plain http.</param>
    /// <inheritdoc cref="Of(RelocationReport, Func{ReportItem, string?}?)" path="/exception"/>
    public static ImmutableArray<MirrorEntry> Of(
        IEnumerable<(ReportImage Image, bool IsTagged, string? Host)> images, ImmutableArray<string> plainHttp)
    {
        SortedDictionary<string, (RepositoryName Source, Dictionary<MirrorPlace, HashSet<string>> Mirrors, bool HasTags)> found =
            new(StringComparer.Ordinal);
        foreach ((ReportImage image, bool isTagged, string? host) in images)
        {
            if (Repository(image.Origin ?? image.Source) is not { } source)
                continue;
            foreach (MirrorPlace place in Places(image).Select(place => Mirror(place, host)).Where(place => place.Repository != source))
            {
                if (!found.TryGetValue(source.ToString(), out var known))
                    known = (source, [], false);
                if (!known.Mirrors.TryGetValue(place, out HashSet<string>? digests))
                    known.Mirrors[place] = digests = new HashSet<string>(StringComparer.Ordinal);
                digests.Add(image.Digest);
                found[source.ToString()] = known with { HasTags = known.HasTags || isTagged };
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

        MirrorPlace Mirror(RepositoryName place, string? host)
        {
            MirrorTransport transport = !plainHttp.Contains(place.Registry, StringComparer.Ordinal) ? MirrorTransport.Tls
                : host is null || host == place.Registry ? MirrorTransport.PlainHttp : MirrorTransport.Either;
            return new MirrorPlace(host is null ? place : new RepositoryName(host, place.Path), transport);
        }
    }

    private static IEnumerable<RepositoryName> Places(ReportImage image) =>
        (image.AlsoAt ?? []).Append(image.Destination).Select(Repository).OfType<RepositoryName>();

    // If this image were skipped, workloads would silently use its source.
    private static RepositoryName? Repository(string? reference) => reference is null ? null
        : ImageReference.TryParse(reference, out ImageReference? parsed, out _) ? parsed.Repository
        : throw new AirgapException(
            ErrorCode.NothingMirrored, $"'{Printable.Line(reference)}' is not a reference of an image.",
            "Use the unchanged file that the publish or the copy wrote.");
}
