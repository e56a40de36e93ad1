using System.Formats.Tar;
using System.IO.Compression;

namespace Airgap.TestKit.Registries;

/// <summary>The signed images of fixtures/trust as the storage folder of a registry.</summary>
public static class SignedStorage
{
    /// <summary>
    /// Signed by <c>keys/p256.pub</c>, with its two images in the same repository: the result of <c>imgpkg copy --cosign-signatures</c>.
    /// </summary>
    public const string Bundle = "trust/mirror:v1.0.0";

    /// <summary>The same bundle, without the signatures of its images.</summary>
    public const string BundleOfUnsigned = "trust/stripped:v1.0.0";

    /// <summary>Its digest.</summary>
    public const string BundleDigest = "sha256:602be4e51f228e2aa48ed2a55898ef59040cd907a678412d176aa4d595c2bede";

    /// <summary>Fills a folder.</summary>
    public static void Unpack(string folder)
    {
        using GZipStream gzip = new(File.OpenRead(Path.Combine(Fixtures.Root, "trust", "storage.tar.gz")), CompressionMode.Decompress);
        Directory.CreateDirectory(folder);
        TarFile.ExtractToDirectory(gzip, folder, overwriteFiles: false);
        string repositories = Path.Combine(folder, "docker", "registry", "v2", "repositories", "trust");
        string stripped = Path.Combine(repositories, "stripped");
        TempFolder.Copy(Path.Combine(repositories, "mirror"), stripped);
        foreach (string tag in Directory.EnumerateDirectories(Path.Combine(stripped, "_manifests", "tags"), "*.sig").ToArray())
        {
            if (!Path.GetFileName(tag).StartsWith(BundleDigest.Replace(':', '-'), StringComparison.Ordinal))
                Directory.Delete(tag, recursive: true);
        }
    }

    /// <summary>A public key of the fixtures.</summary>
    public static string Key(string name) => Path.Combine(Fixtures.Root, "trust", "keys", $"{name}.pub");
}
