using Airgap.Oci.Client;
using Airgap.Oci.Mirrors;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Mirrors;

/// <summary>registries.conf is read as podman reads it.</summary>
[TestClass]
public sealed class RegistriesConfTests
{
    private const string Text = """
        unqualified-search-registries = ["docker.io"]

        [[registry]]
        prefix = "docker.io"
        location = "docker.io"
        [[registry.mirror]]
        location = "mirror.local:5000/hub/"
        insecure = true
        [[registry.mirror]]
        location = "tags.local"
        pull-from-mirror = "tag-only"

        [[registry]]
        prefix = "docker.io/library"
        location = "inner.local/library"
        mirror-by-digest-only = true
        [[registry.mirror]]
        location = "digests.local/library"

        [[registry]]
        prefix = "*.example.com"
        [[registry.mirror]]
        location = "wild.local"

        [[registry]]
        location = "bad.io"
        blocked = true
        """;

    [TestMethod]
    [DataRow("docker.io/user/app", "mirror.local:5000/hub/user/app tags.local/user/app index.docker.io/user/app")]
    [DataRow("docker.io/library/redis", "digests.local/library/redis inner.local/library/redis")]
    [DataRow("a.b.example.com:5000/x/y", "wild.local:5000/x/y a.b.example.com:5000/x/y")]
    [DataRow("a.example.com/x", "wild.local/x a.example.com/x")]
    [DataRow("example.com/x", null)]
    [DataRow("xexample.com/x", null)]
    [DataRow("docker.io.evil.com/x", null)]
    [DataRow("bad.io:5000/x", null)]
    [DataRow("bad.io/x", "bad.io/x")]
    public void TheLongestPrefix_Counts(string name, string? places)
    {
        RepositoryName repository = RepositoryName.Parse(name);
        RegistriesRule? rule = Read(Text).Find(repository);
        Assert.AreEqual(places, rule is null ? null : string.Join(' ', rule.Mirrors.Append(rule.Own)
            .Select(place => RegistriesConf.At(place, rule, repository))));
        Assert.AreEqual(name == "bad.io/x", rule?.IsBlocked ?? false);
    }

    [TestMethod]
    public void AMirror_ServesOnlyWhatItsSettingAllows()
    {
        RegistriesRule hub = Read(Text).Find(RepositoryName.Parse("docker.io/a/b"))!;
        Assert.AreSequenceEqual([true, false], hub.Mirrors.Select(mirror => RegistriesConf.IsAsked(mirror, byDigest: true)));
        Assert.AreSequenceEqual([true, true], hub.Mirrors.Select(mirror => RegistriesConf.IsAsked(mirror, byDigest: false)));
        RegistriesRule library = Read(Text).Find(RepositoryName.Parse("docker.io/library/b"))!;
        Assert.IsFalse(RegistriesConf.IsAsked(library.Mirrors[0], byDigest: false));
        Assert.Contains("unqualified-search-registries", Assert.ContainsSingle(Read(Text).Ignored));
    }

    [TestMethod]
    [DataRow("[[registry]]")]
    [DataRow("[[registry]]\nprefix = \"a.io\"")]
    [DataRow("[[registry]]\nlocation = \"https://a.io\"")]
    [DataRow("[[registry]]\nlocation = \"*.a.io\"")]
    [DataRow("[[registry]]\nprefix = \"a.*.io\"\nlocation = \"b.io\"")]
    [DataRow("[[registry]]\nprefix = \"*.a.io/x\"\nlocation = \"b.io\"")]
    [DataRow("[[registry]]\nlocation = \"a.io\"\ninsecure = \"yes\"")]
    [DataRow("[[registry]]\nlocation = \"a.io:5000/app:v1\"\nblocked = true")]
    [DataRow("[[registry]]\nprefix = \"a.io/app@sha256:00\"\nlocation = \"b.io/app\"")]
    [DataRow("[[registry]]\nlocation = 1")]
    [DataRow("registry = 1")]
    [DataRow("[[registry]]\nlocation = \"a.io\"\npull-from-mirror = \"all\"")]
    [DataRow("[[registry]]\nlocation = \"a.io\"\n[[registry.mirror]]")]
    [DataRow("[[registry]]\nlocation = \"a.io\"\n[[registry.mirror]]\nlocation = \"b.io\"\npull-from-mirror = \"some\"")]
    [DataRow("[[registry]]\nlocation = \"a.io\"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = " +
        "\"b.io\"\npull-from-mirror = \"all\"")]
    [DataRow("[[registry]]\nlocation = \"a.io\"\n[[registry]]\nprefix = \"c.io\"\nlocation = \"a.io\"\nblocked = true")]
    [DataRow("[registries.search]\nregistries = []")]
    [DataRow("[[registry]")]
    public void AFileThatPodmanRefuses_IsRefused(string text)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => Read(text));
        Assert.AreEqual(ErrorCode.InvalidRegistriesConf, e.Code);
        Assert.Contains("test.conf", e.Message);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Files_AreFoundWherePodmanFindsThem()
    {
        using TempFolder folder = new();
        Dictionary<string, string> variables = new() { ["HOME"] = folder["home"] };
        Write("home/.config/containers/registries.conf", "user");
        Write("home/.config/containers/registries.conf.d/2.conf", "second");
        Write("home/.config/containers/registries.conf.d/1.conf", "first", prefix: "b.io");
        Write("named.conf", "named");
        Write("named.conf.d/x.conf", "beside", prefix: "b.io");
        Assert.AreEqual("second.local/x first.local/x", Mirrors(RegistriesConfFiles.System));
        Assert.AreEqual("named.local/x beside.local/x", Mirrors(folder["named.conf"]));
        variables["CONTAINERS_REGISTRIES_CONF"] = folder["named.conf"];
        Assert.AreEqual("named.local/x beside.local/x", Mirrors(RegistriesConfFiles.System));
        Assert.ThrowsExactly<AirgapException>(() => Mirrors(folder["none.conf"]));

        string Mirrors(string wanted)
        {
            RegistriesConf conf = RegistriesConfFiles.Read(wanted, EnvironmentVariables.Capture(variables));
            return string.Join(' ', new[] { "a.io/x", "b.io/x" }.Select(RepositoryName.Parse)
                .Select(name => RegistriesConf.At(conf.Find(name)!.Own, conf.Find(name)!, name)));
        }

        void Write(string name, string location, string prefix = "a.io")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            File.WriteAllText(folder[name], $"[[registry]]\nprefix = \"{prefix}\"\nlocation = \"{location}.local\"\n");
        }
    }

    private static RegistriesConf Read(string text)
    {
        RegistriesConfReader reader = new();
        reader.Add("test.conf", text);
        return reader.ToConf();
    }
}
