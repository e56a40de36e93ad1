namespace Airgap.Benchmarks;

/// <summary>One large image in a registry's storage.</summary>
internal static class OneImage
{
    /// <summary>Writes it.</summary>
    /// <param name="storage">The registry's storage folder.</param>
    /// <param name="host">The registry.</param>
    /// <param name="divisor">Divides its 539 MB.</param>
    /// <returns>Its repository on the host, and its digest's hexadecimal digits.</returns>
    public static (string Repository, string Hex) Write(string storage, string host, int divisor)
    {
        GeneratedBundle.Write(storage, host, BundleShape.Big(divisor) with { Name = "one" });
        string revisions = Path.Combine(
            storage, "docker", "registry", "v2", "repositories", "one", "image-00", "_manifests", "revisions", "sha256");
        return ($"{host}/one/image-00", Path.GetFileName(Directory.GetDirectories(revisions).Single()));
    }
}
