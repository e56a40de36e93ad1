using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Publishing.Mirrors;

/// <summary>
/// Writes containerd's <c>certs.d/HOST/hosts.toml</c>. containerd asks a mirror for the path that the image has at its source, behind a
/// prefix at most, so that one mirror has to have all of a host's repositories under one prefix.
/// </summary>
/// <remarks>Source: containerd, docs/hosts.md.</remarks>
internal static class HostsToml
{
    /// <summary>The files, by their paths below <c>/etc/containerd</c>.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.MirrorPathsDiffer"/>.</exception>
    public static IEnumerable<(string Path, string Text)> Write(IEnumerable<MirrorEntry> entries)
    {
        foreach (IGrouping<string, MirrorEntry> host in entries.GroupBy(
            entry => MirrorEntry.HostText(entry.Source.Registry), StringComparer.Ordinal))
        {
            HashSet<(string Host, string Prefix)>? common = null;
            foreach (MirrorEntry entry in host)
            {
                HashSet<(string, string)> bases =
                    [.. entry.Mirrors.Select(mirror => BaseOf(entry.Source, mirror)).OfType<(string, string)>()];
                if (bases.Count == 0)
                    throw Differs(entry, $"containerd asks for the path {entry.Source.Path}, and it is at {entry.Mirrors[0]}");
                common = common is null ? bases : [.. common.Intersect(bases)];
                if (common.Count == 0)
                    throw Differs(entry, $"no prefix is that of all repositories of {host.Key}");
            }

            yield return ($"certs.d/{Folder(host.Key)}/hosts.toml",
                Text(host.Key, common!.OrderBy(each => each.Host, StringComparer.Ordinal)
                    .ThenBy(each => each.Prefix, StringComparer.Ordinal)));
        }
    }

    // Null where the mirror does not end in the source's path.
    private static (string Host, string Prefix)? BaseOf(RepositoryName source, RepositoryName mirror) =>
        mirror.Path == source.Path ? (mirror.Registry, "")
        : mirror.Path.EndsWith("/" + source.Path, StringComparison.Ordinal) ? (mirror.Registry, mirror.Path[..^(source.Path.Length + 1)])
        : null;

    private static string Text(string host, IEnumerable<(string Host, string Prefix)> mirrors)
    {
        string text = $"server = \"https://{(host == "docker.io" ? "registry-1.docker.io" : host)}\"\n";
        foreach ((string mirror, string prefix) in mirrors)
        {
            text += $"\n[host.\"https://{mirror}{(prefix.Length == 0 ? "" : "/v2/" + prefix)}\"]\n  capabilities = [\"pull\", " +
                "\"resolve\"]\n";
            if (prefix.Length > 0)
                text += "  override_path = true\n";
        }

        return text;
    }

    // A colon is written so that every system takes it.
    private static string Folder(string host) =>
        host.LastIndexOf(':') is > 0 and int colon && !host.EndsWith(']') ? $"{host[..colon]}_{host[(colon + 1)..]}_" : host;

    private static AirgapException Differs(MirrorEntry entry, string reason) => new(
        ErrorCode.MirrorPathsDiffer,
        $"No hosts.toml leads from {entry.SourceText} to the mirror: {reason}.",
        "Relocate with a template that keeps paths, such as {registry}/{prefix}/{source.registry}/{source.repository}, or ask for " +
        "registries.conf, which maps each repository by itself.")
    { Reference = entry.SourceText };
}
