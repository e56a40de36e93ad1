using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Transfer.Tests.Kubernetes;

/// <summary>Flux and Argo CD get their own objects for relocated content.</summary>
[TestClass]
public sealed class GitOpsWriterTests
{
    private const string Place = "final.local:5000/apps/simple-app";
    private static readonly Digest s_digest = Digest.Compute([]);
    private static readonly Digest s_other = Digest.Compute([1]);

    [TestMethod]
    public void Flux_OfABundle_ReplacesTheImagesThatItPins()
    {
        ImagesLock images = new(
        [
            new LockedImage(ImageReference.ByDigest(RepositoryName.Parse("index.docker.io/library/nginx"), s_digest),
                LockedImage.NoAnnotations.Add("kbld.carvel.dev/id", "nginx:1.27")),
            new LockedImage(ImageReference.ByDigest(RepositoryName.Parse("registry.local:5055/apps/backend"), s_other)),
        ]);

        PackageRepositoryManifest made = Create(
            new GitOpsOptions
            {
                Tool = GitOpsTool.Flux,
                Name = "simple-app",
                TargetNamespace = "apps",
                SecretName = "mirror-pull",
                Path = "./config"
            }, images);

        Assert.IsEmpty(made.Warnings);
        Assert.AreEqual($"""
            ---
            apiVersion: source.toolkit.fluxcd.io/v1
            kind: OCIRepository
            metadata:
              name: simple-app
              namespace: flux-system
            spec:
              interval: 10m
              url: oci://{Place}
              ref:
                digest: {s_digest}
              secretRef:
                name: mirror-pull
              # The lock of a bundle is not an object of a cluster.
              ignore: |2
                .imgpkg/
            ---
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata:
              name: simple-app
              namespace: flux-system
            spec:
              interval: 10m
              path: './config'
              prune: true
              sourceRef:
                kind: OCIRepository
                name: simple-app
              targetNamespace: apps
              images:
              - name: nginx
                newName: {Place}
                digest: {s_digest}
              - name: registry.local:5055/apps/backend
                newName: {Place}
                digest: {s_other}

            """.ReplaceLineEndings("\n"), made.Yaml);
    }

    [TestMethod]
    public void ArgoCD_TakesTheContent_AndSaysWhatItDoesNotReplace()
    {
        ImagesLock images = new(
            [new LockedImage(ImageReference.ByDigest(RepositoryName.Parse("registry.local:5055/apps/backend"), s_other))]);

        PackageRepositoryManifest bundle = Create(
            new GitOpsOptions
            {
                Tool = GitOpsTool.ArgoCD,
                Name = "simple-app",
                TargetNamespace = "apps",
                Pinning = ReferencePinning.Tag
            }, images);
        PackageRepositoryManifest image = Create(new GitOpsOptions { Tool = GitOpsTool.ArgoCD, Name = "simple-app" }, null);

        Assert.AreEqual(ErrorCode.ImageNotReplaced, bundle.Warnings.Single().Code);
        Assert.IsEmpty(image.Warnings);
        Assert.DoesNotContain("directory", image.Yaml);
        Assert.Contains($"targetRevision: {s_digest}\n", image.Yaml);
        Assert.AreEqual($"""
            ---
            apiVersion: argoproj.io/v1alpha1
            kind: Application
            metadata:
              name: simple-app
              namespace: argocd
            spec:
              project: default
              # Argo CD finds the registry's credentials in its own Secret, with the label argocd.argoproj.io/secret-type: repository.
              source:
                repoURL: oci://{Place}
                targetRevision: v1.2.0
                path: '.'
                directory:
                  recurse: true
                  # The lock of a bundle is not an object of a cluster.
                  exclude: '.imgpkg/*'
              destination:
                server: https://kubernetes.default.svc
                namespace: apps

            """.ReplaceLineEndings("\n"), bundle.Yaml);
    }

    [TestMethod]
    public void TwoImagesOfOneName_AreNotGuessedAt()
    {
        RepositoryName backend = RepositoryName.Parse("registry.local:5055/apps/backend");
        ImagesLock images = new(
            [new LockedImage(ImageReference.ByDigest(backend, s_digest)), new LockedImage(ImageReference.ByDigest(backend, s_other))]);

        PackageRepositoryManifest made = Create(new GitOpsOptions { Tool = GitOpsTool.Flux, Name = "simple-app" }, images);

        Assert.Contains("'registry.local:5055/apps/backend'", made.Warnings.Single().Message);
        Assert.DoesNotContain("images:", made.Yaml);
    }

    [TestMethod]
    [DataRow(GitOpsTool.Flux, ReferencePinning.Digest, ">=1.0.0", "    semver: '>=1.0.0'\n")]
    [DataRow(GitOpsTool.Flux, ReferencePinning.Tag, null, "    tag: v1.2.0\n")]
    [DataRow(GitOpsTool.Flux, ReferencePinning.ContentTag, null, ".imgpkg\n")]
    [DataRow(GitOpsTool.Flux, ReferencePinning.None, null, "    tag: latest\n")]
    [DataRow(GitOpsTool.ArgoCD, ReferencePinning.Digest, ">=1.0.0", null)]
    [DataRow(GitOpsTool.Flux, ReferencePinning.Digest, "soon", null)]
    public void TheReference_IsTheOneThatIsAskedFor(object tool, object pinning, string? range, string? expected)
    {
        GitOpsOptions options = new()
        {
            Tool = (GitOpsTool)tool,
            Name = "simple-app",
            Pinning = (ReferencePinning)pinning,
            TagSelection = range
        };
        if (expected is not null)
            Assert.Contains(expected, Create(options, null).Yaml);
        else
            Assert.AreEqual(ErrorCode.InvalidPackageRepository, Assert.ThrowsExactly<AirgapException>(() => Create(options, null)).Code);
    }

    [TestMethod]
    [DataRow("Path", "../outside")]
    [DataRow("Path", "a//b")]
    [DataRow("Path", "a b")]
    [DataRow("Interval", "soon")]
    [DataRow("Name", "No_Name")]
    [DataRow("Namespace", "No.Label")]
    public void InvalidOptions_AreRefused(string field, string value)
    {
        GitOpsOptions options = new() { Tool = GitOpsTool.Flux, Name = "simple-app" };
        options = field switch
        {
            "Path" => options with { Path = value },
            "Interval" => options with { Interval = value },
            "Name" => options with { Name = value },
            _ => options with { Namespace = value }
        };

        Assert.IsNotEmpty(Assert.ThrowsExactly<AirgapException>(() => Create(options, null)).Advice);
    }

    private static PackageRepositoryManifest Create(GitOpsOptions options, ImagesLock? images) =>
        GitOpsWriter.Create(RepositoryName.Parse(Place), s_digest, "v1.2.0", images, options);
}
