using System.Text.Json;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Fuzzing;

namespace Airgap.Cluster.Tests.Fuzzing;

/// <summary>Responses of a cluster, and kubeconfigs, are read, or refused with a printable message.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ClusterFuzzTests
{
    private static readonly string[] s_json = ["null", "true", "{}", "[]", "\\ud800", "\\u0000", "\"metadata\":", "\"status\":",
        "\"conditions\":[", "\"usefulErrorMessage\":\"", "\"items\":[", "\"causes\":[", "-1", "1e400"];

    private static readonly string[] s_yaml = ["&a ", "*a", "<<: *a\n", "!!binary ", "? ", "---\n", "...\n", "|\n  ", "{a: ", "[a, ", "~",
        "0x7f", ".inf", "1_000", "\"\\u0000\"", "apiVersion: v1\n", "kind: List\n", "items:\n", "metadata:\n", "..", "%2e"];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void AnswersOfTheApi_AreReadOrRefused() => Fuzz.Run(TestContext, "cluster-answer", bytes =>
    {
        JsonElement read;
        try
        {
            read = ClusterJson.Parse(bytes);
        }
        catch (JsonException e)
        {
            throw new AirgapException(ErrorCode.ClusterFault, "It is no JSON.", "None.", e);
        }

        foreach (int status in (int[])[401, 403, 404, 409, 422, 500, 503])
            Show(ClusterRefusal.Of(new ClusterResponse(status, read, ""), "It", "read").ToDiagnostic());
        foreach (JsonElement item in read.Items("items").Prepend(read))
        {
            ReconcileState state = ReconcileState.Of(item);
            foreach (string kind in (string[])["PackageRepository", "PackageInstall"])
                Show(Explanation.Of(state, kind).Diagnostic);
            _ = state.Words + state.Image + state.SecretName + state.FullName + Explanation.HostOf(state);
            _ = PackageImages.Outside(state, [item]);
            _ = PackageImages.OnAFormerMirror(state);
            if (CachedMirrors.Shown(state) is { } cached)
                Show(cached);
            _ = SecretContent.HasPlaceholder(item);
            _ = SecretContent.Hosts(item);
        }
    }, s_json);

    [TestMethod]
    public void Kubeconfigs_AreReadOrRefused()
    {
        using TempFolder folder = new();
        string path = folder["config"];
        Fuzz.Run(TestContext, "kubeconfig", bytes =>
        {
            File.WriteAllBytes(path, bytes);
            _ = KubeConfig.Read(path, null).Address;
        }, [.. s_yaml, "clusters:\n", "users:\n", "contexts:\n", "server: ", "file:///", "token: ", "client-certificate-data: ",
            "current-context: ", "tls-server-name: "]);
    }

    [TestMethod]
    public void Manifests_AreReadOrRefused() => Fuzz.Run(TestContext, "kubernetes-manifest", bytes =>
    {
        foreach (ManifestDocument document in ManifestDocument.Read("a.yml", bytes).Where(document => !document.IsNoObject))
        {
            _ = SecretContent.AsData(document.Object).GetRawText();
            _ = SecretContent.HasPlaceholder(document.Object);
        }
    }, s_yaml);

    // They pass through the one writer for text from outside, which escapes control characters of terminals.
    private static void Show(Diagnostic diagnostic)
    {
        if (Printable.Of(diagnostic.Message).Length == 0 || diagnostic.Advice.Length == 0)
            Assert.Fail($"'{diagnostic.Message}' ('{diagnostic.Advice}') cannot be shown.");
    }
}
