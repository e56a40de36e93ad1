using System.Text;
using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Mirrors;

/// <summary>Writes OpenShift's mirror sets.</summary>
/// <remarks>Source: OpenShift, config.openshift.io/v1: ImageDigestMirrorSet and ImageTagMirrorSet.</remarks>
internal static class MirrorSets
{
    /// <summary>The file for mirrors by digest.</summary>
    public const string DigestsFile = "image-digest-mirror-set.yml";

    /// <summary>The file for mirrors by tag.</summary>
    public const string TagsFile = "image-tag-mirror-set.yml";

    /// <summary>The ImageDigestMirrorSet.</summary>
    public static string WriteDigests(IEnumerable<MirrorEntry> entries) => Write("ImageDigestMirrorSet", "imageDigestMirrors", entries);

    /// <summary>The ImageTagMirrorSet of the repositories with tags at the mirror; null for none.</summary>
    public static string? WriteTags(IEnumerable<MirrorEntry> entries)
    {
        MirrorEntry[] tagged = [.. entries.Where(entry => entry.HasTags)];
        return tagged.Length == 0 ? null : Write("ImageTagMirrorSet", "imageTagMirrors", tagged);
    }

    /// <summary>A warning about mirrors that the sets of these formats cannot describe; null for none.</summary>
    public static Diagnostic? FindInsecure(IEnumerable<MirrorEntry> entries, IEnumerable<MirrorFormat> formats)
    {
        string[] hosts = formats.Any(format => format is MirrorFormat.ImageDigestMirrorSet or MirrorFormat.ImageTagMirrorSet)
            ? [.. HostsByPlainHttp(entries)] : [];
        return hosts.Length == 0 ? null : new Diagnostic(
            ErrorCode.MirrorByPlainHttp,
            $"{string.Join(", ", hosts)} {(hosts.Length == 1 ? "was" : "were")} reached by plain http, which OpenShift's mirror sets cannot " +
            "say: nodes ask by TLS.",
            "Add the host to spec.registrySources.insecureRegistries of image.config.openshift.io/cluster.");
    }

    private static IEnumerable<string> HostsByPlainHttp(IEnumerable<MirrorEntry> entries) => entries.SelectMany(entry => entry.Mirrors)
        .Where(mirror => mirror.Transport != MirrorTransport.Tls)
        .Select(mirror => mirror.Repository.Registry).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    // References contain nothing with a special meaning in YAML, except for an address in brackets, which is quoted.
    private static string Write(string kind, string field, IEnumerable<MirrorEntry> entries)
    {
        StringBuilder text = new();
        foreach (string host in HostsByPlainHttp(entries))
        {
            // A mirror set cannot say so.
            text.Append("# ").Append(host).Append(" was reached by plain http: add it to spec.registrySources.insecureRegistries of ")
                .Append("image.config.openshift.io/cluster.\n");
        }

        text.Append($"apiVersion: config.openshift.io/v1\nkind: {kind}\nmetadata:\n  name: airgap\nspec:\n  {field}:\n");
        foreach (MirrorEntry entry in entries)
        {
            text.Append("  - mirrors:\n");
            foreach (string mirror in entry.Mirrors.Select(mirror => mirror.ToString()))
                text.Append("    - ").Append(Quoted(mirror)).Append('\n');
            text.Append("    source: ").Append(Quoted(entry.SourceText)).Append('\n');
        }

        return text.ToString();
    }

    private static string Quoted(string text) => text[0] == '[' ? $"'{text}'" : text;
}
