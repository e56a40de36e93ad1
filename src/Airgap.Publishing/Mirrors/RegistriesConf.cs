using System.Text;

namespace Airgap.Publishing.Mirrors;

/// <summary>
/// Writes <c>registries.conf</c> in its second version, for podman, CRI-O, Buildah and skopeo: a drop-in for <c>registries.conf.d</c>.
/// </summary>
/// <remarks>Source: containers-registries.conf(5).</remarks>
internal static class RegistriesConf
{
    /// <summary>The file's name.</summary>
    public const string FileName = "registries.conf";

    /// <summary>The text. Repository names contain nothing with a special meaning in TOML.</summary>
    public static string Write(IEnumerable<MirrorEntry> entries)
    {
        StringBuilder text = new("# For /etc/containers/registries.conf.d/: the mirrors of these repositories.\n");
        foreach (MirrorEntry entry in entries)
        {
            text.Append("\n[[registry]]\nprefix = \"").Append(entry.SourceText).Append("\"\nlocation = \"")
                .Append(entry.SourceText).Append("\"\n");
            foreach (MirrorPlace mirror in entry.Mirrors)
            {
                text.Append("\n[[registry.mirror]]\nlocation = \"").Append(mirror).Append("\"\n");
                if (mirror.Transport != MirrorTransport.Tls)
                    text.Append("insecure = true\n");
                // Tags of images that a bundle pins are not mirrored: the mirror has only their digests.
                if (!entry.HasTags)
                    text.Append("pull-from-mirror = \"digest-only\"\n");
            }
        }

        return text.ToString();
    }
}
