using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Transfer.Tests.Kubernetes;

/// <summary>Manifests of one relocated bundle.</summary>
internal static class Manifests
{
    public const string Repository = "final-registry.corp.com/apps/simple-app-bundle";

    public static readonly Digest Digest = Digest.Parse("sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4");

    public static PackageRepositoryManifest Create(
        PackageRepositoryOptions options, string repository = Repository, string? tag = "v1.0.0") =>
        PackageRepositoryWriter.Create(RepositoryName.Parse(repository), Digest, tag, options);

    public static AirgapException Fails(
        ErrorCode code, PackageRepositoryOptions options, string repository = Repository, string? tag = "v1.0.0")
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => Create(options, repository, tag));
        Assert.AreEqual(code, e.Code, e.Message);
        Assert.AreNotEqual("", e.Advice);
        return e;
    }

    public static void AreEqual(string expected, PackageRepositoryManifest manifest) =>
        Assert.AreEqual(expected.ReplaceLineEndings("\n") + "\n", manifest.Yaml);
}
