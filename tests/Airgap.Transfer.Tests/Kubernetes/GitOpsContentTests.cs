using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Transfer.Tests.Kubernetes;

/// <summary>Content that Flux or Argo CD would refuse or apply only in part is reported before it reaches the cluster.</summary>
[TestClass]
public sealed class GitOpsContentTests
{
    private const string DockerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    private const string OciGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    private const string OciTar = "application/vnd.oci.image.layer.v1.tar";
    private const string OciZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
    private const string Helm = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    private const string FluxLayer = "application/vnd.cncf.flux.content.v1.tar+gzip";

    [TestMethod]
    [DataRow(OciGzip, null)]
    [DataRow(OciTar, null)]
    [DataRow(Helm, null)]
    [DataRow(FluxLayer, "accepts only if its repo-server is configured for it")]
    [DataRow(DockerGzip, "does not unpack even if its repo-server allows the type; every imgpkg bundle has this type")]
    [DataRow(OciZstd, "does not unpack even if its repo-server allows the type")]
    [DataRow(OciGzip + " " + OciGzip, "has 2 layers, but Argo CD accepts only content with one layer")]
    [DataRow("", "has 0 layers")]
    public void ArgoCD_TakesOneLayerOfATypeThatItKnows(string layers, string? expected) =>
        AssertProblem(GitOpsTool.ArgoCD, layers, expected);

    [TestMethod]
    [DataRow(OciGzip, null)]
    [DataRow(DockerGzip, null)]
    [DataRow(FluxLayer, null)]
    [DataRow(OciTar, "Flux unpacks only gzip")]
    [DataRow(OciZstd, "Flux unpacks only gzip")]
    [DataRow(OciGzip + " " + OciTar, "Flux uses only the files of the first one")]
    [DataRow("", "has no layer")]
    public void Flux_TakesTheFirstLayer_AsGzip(string layers, string? expected) => AssertProblem(GitOpsTool.Flux, layers, expected);

    [TestMethod]
    public void AnIndex_IsNoneOfArgoCDs()
    {
        Manifest index = Manifest.Parse(
            """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"""u8.ToArray());

        Assert.Contains("is an index of several manifests", Find(GitOpsTool.ArgoCD, index)!.Message);
        Assert.IsNull(Find(GitOpsTool.Flux, index));
    }

    [TestMethod]
    public void ATypeThatCanBeAllowed_IsNamedBesideThoseThatAre()
    {
        Diagnostic found = Find(GitOpsTool.ArgoCD, Of(FluxLayer))!;

        Assert.Contains($"reposerver.oci.layer.media.types of the ConfigMap argocd-cmd-params-cm", found.Advice);
        Assert.Contains($"{OciTar},{OciGzip},{Helm},{FluxLayer}", found.Advice);
    }

    [TestMethod]
    public void AnImageByImgpkg_SuitsOnlyFlux()
    {
        Manifest bundle = Manifest.Parse(File.ReadAllBytes(Fixtures.Golden("simple-app-bundle.manifest.json")));

        Assert.IsNull(Find(GitOpsTool.Flux, bundle));
        Diagnostic found = Find(GitOpsTool.ArgoCD, bundle)!;
        Assert.AreEqual(ErrorCode.ContentNotTaken, found.Code);
        Assert.AreEqual(bundle.Digest.ToString(), found.Digest);
    }

    private static void AssertProblem(GitOpsTool tool, string layers, string? expected)
    {
        Diagnostic? found = Find(tool, Of(layers.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        if (expected is null)
        {
            Assert.IsNull(found, found?.Message);
            return;
        }

        Assert.Contains(expected, found!.Message);
        Assert.IsNotEmpty(found.Advice);
    }

    private static Diagnostic? Find(GitOpsTool tool, Manifest content) =>
        GitOpsContent.FindProblem(tool, content, RepositoryName.Parse("final.local/apps/simple"));

    private static Manifest Of(params string[] layers)
    {
        string all = string.Join(
            ',', layers.Select((type, i) => $$"""{"mediaType":"{{type}}","digest":"{{Digest.Compute([(byte)i])}}","size":1}"""));
        return Manifest.Parse(Encoding.UTF8.GetBytes(
            $$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{{Digest.Compute([9])}}}","size":2},"layers":[{{{all}}}]}"""));
    }
}
