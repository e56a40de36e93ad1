using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Publishing.Mirrors;

/// <summary>
/// Writes containerd's <c>certs.d/HOST/hosts.toml</c>. containerd asks a mirror for the image's path at its source, at
/// most with a prefix, so one mirror must have all repositories of a host under one prefix.
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
            HashSet<MirrorBase>? common = null;
            foreach (MirrorEntry entry in host)
            {
                HashSet<MirrorBase> bases = [.. entry.Mirrors.Select(mirror => BaseOf(entry.Source, mirror)).OfType<MirrorBase>()];
                if (bases.Count == 0)
                    throw Differs(entry, $"containerd requests the path {entry.Source.Path}, but the mirror has it at {entry.Mirrors[0]}");
                common = common is null ? bases : [.. common.Intersect(bases)];
                if (common.Count == 0)
                    throw Differs(entry, $"the repositories of {host.Key} have no common prefix");
            }

            yield return ($"certs.d/{Folder(host.Key)}/hosts.toml",
                Text(host.Key, common!.OrderBy(each => each.Host, StringComparer.Ordinal)
                    .ThenBy(each => each.Prefix, StringComparer.Ordinal)));
        }
    }

    // Null if the mirror does not end in the source's path.
    private static MirrorBase? BaseOf(RepositoryName source, MirrorPlace place)
    {
        RepositoryName mirror = place.Repository;
        return mirror.Path == source.Path ? new MirrorBase(mirror.Registry, "", place.Transport)
            : mirror.Path.EndsWith("/" + source.Path, StringComparison.Ordinal)
                ? new MirrorBase(mirror.Registry, mirror.Path[..^(source.Path.Length + 1)], place.Transport)
            : null;
    }

    private static string Text(string host, IEnumerable<MirrorBase> mirrors)
    {
        string text = $"server = \"https://{(host == "docker.io" ? "registry-1.docker.io" : host)}\"\n";
        foreach ((string mirror, string prefix, MirrorTransport transport) in mirrors)
        {
            foreach (string scheme in SchemesOf(transport))
            {
                text += $"\n[host.\"{scheme}://{mirror}{(prefix.Length == 0 ? "" : "/v2/" + prefix)}\"]\n  capabilities = [\"pull\", " +
                    "\"resolve\"]\n";
                if (prefix.Length > 0)
                    text += "  override_path = true\n";
            }
        }

        return text;
    }

    // containerd asks the hosts in this order, and the next after a failure.
    private static string[] SchemesOf(MirrorTransport transport) => transport switch
    {
        MirrorTransport.Tls => ["https"],
        MirrorTransport.PlainHttp => ["http"],
        _ => ["https", "http"],
    };

    // A colon is replaced, since not every system allows it in a file name.
    private static string Folder(string host) =>
        host.LastIndexOf(':') is > 0 and int colon && !host.EndsWith(']') ? $"{host[..colon]}_{host[(colon + 1)..]}_" : host;

    private static AirgapException Differs(MirrorEntry entry, string reason) => new(
        ErrorCode.MirrorPathsDiffer,
        $"No hosts.toml leads from {entry.SourceText} to the mirror: {reason}.",
        "Relocate with a template that keeps paths, such as {registry}/{prefix}/{source.registry}/{source.repository}, or ask for " +
        "registries.conf, which maps each repository separately.")
    { Reference = entry.SourceText };

    private readonly record struct MirrorBase(string Host, string Prefix, MirrorTransport Transport);
}
