namespace Airgap.Publishing.Declarations;

/// <summary>The formats of mirror configuration for container engines and clusters.</summary>
internal enum MirrorFormat
{
    /// <summary><c>registries.conf</c> of podman, CRI-O and skopeo.</summary>
    RegistriesConf,

    /// <summary>containerd's <c>certs.d/HOST/hosts.toml</c>.</summary>
    HostsToml,

    /// <summary>OpenShift's ImageDigestMirrorSet.</summary>
    ImageDigestMirrorSet,

    /// <summary>OpenShift's ImageTagMirrorSet.</summary>
    ImageTagMirrorSet,
}

/// <summary>The formats by name.</summary>
internal static class MirrorFormats
{
    /// <summary>Their names, in the order of <see cref="MirrorFormat"/>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["registries.conf", "hosts.toml", "ImageDigestMirrorSet", "ImageTagMirrorSet"];

    /// <summary>Reads a name, ignoring case.</summary>
    public static bool TryParse(string text, out MirrorFormat format)
    {
        int index = Words.ToList().FindIndex(word => word.Equals(text, StringComparison.OrdinalIgnoreCase));
        format = (MirrorFormat)Math.Max(0, index);
        return index >= 0;
    }
}
