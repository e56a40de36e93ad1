using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Mirrors;
using Airgap.Publishing.Reporting;

namespace Airgap.Publishing.Tests.Mirrors;

/// <summary>The exact text of each mirror configuration.</summary>
[TestClass]
public sealed class MirrorFilesTests
{
    private static readonly ImmutableArray<MirrorEntry> s_kept =
    [
        Entry("index.docker.io/library/redis", hasTags: false, "mirror.corp.com/far/docker.io/library/redis",
            "mirror.corp.com/far/apps/bundle"),
        Entry("quay.io:8443/team/app", hasTags: true, "mirror.corp.com/far/quay.io-8443/team/app"),
    ];

    [TestMethod]
    public void RegistriesConf_NamesEachRepositorysMirror() => Assert.AreEqual(
        """
        # For /etc/containers/registries.conf.d/: the mirrors of these repositories.

        [[registry]]
        prefix = "docker.io/library/redis"
        location = "docker.io/library/redis"

        [[registry.mirror]]
        location = "mirror.corp.com/far/docker.io/library/redis"
        pull-from-mirror = "digest-only"

        [[registry.mirror]]
        location = "mirror.corp.com/far/apps/bundle"
        pull-from-mirror = "digest-only"

        [[registry]]
        prefix = "quay.io:8443/team/app"
        location = "quay.io:8443/team/app"

        [[registry.mirror]]
        location = "mirror.corp.com/far/quay.io-8443/team/app"

        """.ReplaceLineEndings("\n"),
        Of(MirrorFormat.RegistriesConf).Single().Text);

    [TestMethod]
    public void HostsToml_IsOneFileForEachRegistry()
    {
        (string Path, string Text)[] files = [.. Of(MirrorFormat.HostsToml)];
        Assert.AreSequenceEqual(["certs.d/docker.io/hosts.toml", "certs.d/quay.io_8443_/hosts.toml"], files.Select(file => file.Path));
        Assert.AreEqual(
            """
            server = "https://registry-1.docker.io"

            [host."https://mirror.corp.com/v2/far/docker.io"]
              capabilities = ["pull", "resolve"]
              override_path = true

            """.ReplaceLineEndings("\n"),
            files[0].Text);
        Assert.AreEqual(
            "server = \"https://quay.io\"\n\n[host.\"https://mirror.corp.com\"]\n  capabilities = [\"pull\", \"resolve\"]\n",
            MirrorFiles.Create([Entry("quay.io/team/app", hasTags: false, "mirror.corp.com/team/app")],
                [MirrorFormat.HostsToml]).Single().Text);
    }

    [TestMethod]
    [DataRow("mirror.corp.com/far/flat", "mirror.corp.com/far/flat")]
    [DataRow("mirror.corp.com/one/team/app", "mirror.corp.com/two/team/other")]
    [DataRow("mirror.corp.com/xteam/app", "mirror.corp.com/team/other")]
    public void ContainerdIsNotSentToPathsThatDiffer(string first, string second)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => MirrorFiles.Create(
            [Entry("quay.io/team/app", hasTags: false, first), Entry("quay.io/team/other", hasTags: false, second)],
            [MirrorFormat.RegistriesConf, MirrorFormat.HostsToml]));
        Assert.AreEqual(ErrorCode.MirrorPathsDiffer, e.Code);
        Assert.Contains("registries.conf", e.Advice);
    }

    [TestMethod]
    public void MirrorSets_HaveDigestsAndTagsApart()
    {
        Assert.AreEqual(
            """
            apiVersion: config.openshift.io/v1
            kind: ImageDigestMirrorSet
            metadata:
              name: airgap
            spec:
              imageDigestMirrors:
              - mirrors:
                - mirror.corp.com/far/docker.io/library/redis
                - mirror.corp.com/far/apps/bundle
                source: docker.io/library/redis
              - mirrors:
                - mirror.corp.com/far/quay.io-8443/team/app
                source: quay.io:8443/team/app

            """.ReplaceLineEndings("\n"),
            Of(MirrorFormat.ImageDigestMirrorSet).Single().Text);
        Assert.AreEqual(
            """
            apiVersion: config.openshift.io/v1
            kind: ImageTagMirrorSet
            metadata:
              name: airgap
            spec:
              imageTagMirrors:
              - mirrors:
                - mirror.corp.com/far/quay.io-8443/team/app
                source: quay.io:8443/team/app

            """.ReplaceLineEndings("\n"),
            Of(MirrorFormat.ImageTagMirrorSet).Single().Text);
    }

    [TestMethod]
    [DataRow(null, new[] { "http" })]
    [DataRow("mirror.corp.com:5000", new[] { "http" })]
    [DataRow("cluster.corp.com", new[] { "https", "http" })]
    public void AMirrorByPlainHttpIsReachedSo(string? clusterHost, string[] schemes)
    {
        ReportImage image = new(
            "quay.io/team/app:v1", "mirror.corp.com:5000/far/team/app@" + Digest.Compute([]), Digest.Compute([]).ToString(), "", 0, "",
            "image", ["v1"]);
        ImmutableArray<MirrorEntry> entries = MirrorMap.Of([(image, true, clusterHost)], ["mirror.corp.com:5000"]);
        string host = clusterHost ?? "mirror.corp.com:5000";

        Assert.AreEqual(
            "server = \"https://quay.io\"\n" + string.Concat(schemes.Select(scheme =>
                $"\n[host.\"{scheme}://{host}/v2/far\"]\n  capabilities = [\"pull\", \"resolve\"]\n  override_path = true\n")),
            MirrorFiles.Create(entries, [MirrorFormat.HostsToml]).Single().Text);
        Assert.Contains(
            $"[[registry.mirror]]\nlocation = \"{host}/far/team/app\"\ninsecure = true\n",
            MirrorFiles.Create(entries, [MirrorFormat.RegistriesConf]).Single().Text);
        foreach (MirrorFormat format in (MirrorFormat[])[MirrorFormat.ImageDigestMirrorSet, MirrorFormat.ImageTagMirrorSet])
            Assert.StartsWith(
                $"# {host} was reached by plain http: add it to spec.registrySources.insecureRegistries of " +
                "image.config.openshift.io/cluster.\napiVersion: ",
                MirrorFiles.Create(entries, [format]).Single().Text);
        Diagnostic told = MirrorSets.FindInsecure(entries, [MirrorFormat.HostsToml, MirrorFormat.ImageTagMirrorSet])!;
        Assert.AreEqual(ErrorCode.MirrorByPlainHttp, told.Code);
        Assert.StartsWith($"{host} was reached by plain http", told.Message);
        Assert.IsNull(MirrorSets.FindInsecure(entries, [MirrorFormat.HostsToml, MirrorFormat.RegistriesConf]));
        Assert.IsNull(MirrorSets.FindInsecure(s_kept, [MirrorFormat.ImageDigestMirrorSet]));
        Assert.DoesNotContain("http://", MirrorFiles.Create(
            MirrorMap.Of([(image, true, clusterHost)], ["other.corp.com"]), [MirrorFormat.HostsToml]).Single().Text);
    }

    [TestMethod]
    public void AnUselessMirror_IsRefused()
    {
        Assert.AreEqual(ErrorCode.NothingMirrored,
            Assert.ThrowsExactly<AirgapException>(() => MirrorFiles.Create([], [MirrorFormat.RegistriesConf])).Code);
        Assert.AreEqual(ErrorCode.NothingMirrored,
            Assert.ThrowsExactly<AirgapException>(() => MirrorFiles.Create([s_kept[0]], [MirrorFormat.ImageTagMirrorSet])).Code);
    }

    private static ImmutableArray<(string Path, string Text)> Of(MirrorFormat format) => MirrorFiles.Create(s_kept, [format]);

    private static MirrorEntry Entry(string source, bool hasTags, params string[] mirrors) =>
        new(RepositoryName.Parse(source), [.. mirrors.Select(Tls)], hasTags);

    internal static MirrorPlace Tls(string mirror) => new(RepositoryName.Parse(mirror), MirrorTransport.Tls);
}
