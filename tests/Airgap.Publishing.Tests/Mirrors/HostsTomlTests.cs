using System.Diagnostics;
using System.Text.Json;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Mirrors;

namespace Airgap.Publishing.Tests.Mirrors;

/// <summary>
/// How containerd reads our <c>hosts.toml</c>, by its documentation (docs/hosts.md): the folder of a host, the fields of a file, and
/// the address of a pull with the source's name. containerd itself does not run here.
/// </summary>
[TestClass]
public sealed class HostsTomlTests
{
    // The fields of the root and of a host.
    private static readonly string[] s_fields =
        ["server", "capabilities", "ca", "client", "skip_verify", "header", "override_path", "dial_timeout", "proxy"];

    [TestMethod]
    [DataRow("quay.io/team/app", "mirror.corp.com/team/app", "quay.io", "https://mirror.corp.com/v2/team/app")]
    [DataRow("quay.io/team/app", "mirror.corp.com:5000/far/quay.io/team/app", "quay.io",
        "https://mirror.corp.com:5000/v2/far/quay.io/team/app")]
    [DataRow("quay.io:8443/team/app", "mirror.corp.com/far/team/app", "quay.io_8443_", "https://mirror.corp.com/v2/far/team/app")]
    [DataRow("index.docker.io/library/redis", "mirror.corp.com/far/library/redis", "docker.io",
        "https://mirror.corp.com/v2/far/library/redis")]
    [DataRow("[::1]:5000/a/b", "[::2]:5001/c/a/b", "[::1]_5000_", "https://[::2]:5001/v2/c/a/b")]
    public void APullByTheSourcesNameComesToTheMirror(string source, string mirror, string folder, string address)
    {
        RepositoryName name = RepositoryName.Parse(source);
        (string path, string text) = MirrorFiles.Create(
            [new MirrorEntry(name, [MirrorFilesTests.Tls(mirror)], HasTags: false)], [MirrorFormat.HostsToml]).Single();
        Assert.AreEqual($"certs.d/{folder}/hosts.toml", path);
        StrictToml toml = new(text);
        foreach ((_, Dictionary<string, string[]> values) in toml.Tables)
            Assert.IsEmpty(values.Keys.Except(s_fields));
        Assert.IsTrue(Uri.TryCreate(toml.Tables[0].Values["server"][0], UriKind.Absolute, out Uri? server) && server.AbsolutePath == "/");
        (string table, Dictionary<string, string[]> host) = toml.Tables[1];
        Assert.StartsWith("host|https://", table);
        Assert.AreSequenceEqual(["pull", "resolve"], host["capabilities"]);

        // containerd requests HOST/v2/PATH; with override_path the host's own path replaces /v2.
        string url = table["host|".Length..];
        bool overrides = host.TryGetValue("override_path", out string[]? given) && given[0] == "true";
        Assert.AreEqual(overrides, new Uri(url).AbsolutePath != "/",
            "A path that is not said to be one would be asked with /v2 behind it.");
        Assert.AreEqual(address, $"{url}{(overrides ? "" : "/v2")}/{name.Path}");
    }

    [TestMethod]
    public void PythonReadsBothKinds()
    {
        (string Path, string Text)[] files = [.. MirrorFiles.Create(
            [
                new MirrorEntry(RepositoryName.Parse("quay.io/team/app"),
                    [MirrorFilesTests.Tls("mirror.corp.com/far/team/app")], HasTags: false),
                new MirrorEntry(RepositoryName.Parse("index.docker.io/library/redis"),
                    [MirrorFilesTests.Tls("mirror.corp.com/far/library/redis")], HasTags: true),
            ], [MirrorFormat.HostsToml, MirrorFormat.RegistriesConf])];
        foreach ((string path, string text) in files)
        {
            StrictToml strict = new(text);
            if (Python(text) is not { } parsed)
                continue;
            using JsonDocument document = JsonDocument.Parse(parsed);
            if (path.EndsWith("hosts.toml", StringComparison.Ordinal))
            {
                Assert.AreEqual(strict.Tables[0].Values["server"][0], document.RootElement.GetProperty("server").GetString());
                Assert.AreEqual(strict.Tables[1].Path["host|".Length..],
                    document.RootElement.GetProperty("host").EnumerateObject().Single().Name);
            }
            else
            {
                Assert.AreEqual(2, document.RootElement.GetProperty("registry").GetArrayLength());
                Assert.AreEqual(2, strict.Tables.Count(table => table.Path == "[registry]"));
            }
        }
    }

    // Null without a Python that can read TOML.
    private static string? Python(string toml)
    {
        try
        {
            using Process python = Process.Start(new ProcessStartInfo("python3",
                ["-c", "import sys, json, tomllib; print(json.dumps(tomllib.loads(sys.stdin.read())))"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            python.StandardInput.Write(toml);
            python.StandardInput.Close();
            string output = python.StandardOutput.ReadToEnd();
            string error = python.StandardError.ReadToEnd();
            python.WaitForExit();
            if (error.Contains("ModuleNotFoundError", StringComparison.Ordinal))
                return null;
            Assert.AreEqual(0, python.ExitCode, error);
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
