using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd.Secrets;

/// <summary>Secrets passed to the tool appear in nothing that it writes, with <c>--debug</c>, after success and after failure.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(OperatingSystems.Linux)]
public sealed class SecretTests
{
    /// <summary>The commands that contact a registry.</summary>
    private static readonly Dictionary<string, string[][]> s_asking = new()
    {
        ["copy"] =
        [
            ["copy", "-b", "{bundle}", "--to-repo", "{host}/new/copy", "--report", "copy.html", "--summary", "copy.md", "--lock-output",
                "copy.yml", "--receipt", "receipt.json", "--timeline", "time.json", "--json"],
            ["copy", "-b", "{bundle}", "--to-repo", "{host}/paths", "--repo-template", "{registry}/{prefix}/{source.repository}",
                "--limit-rate", "1GB/s"],
            ["copy", "-b", "{bundle}", "--to-tar", "out.tar", "--resume"],
            ["copy", "-b", "{bundle}", "--to-tar", "signed.tar", "--sign-key", "sign.key", "--sign-key-password-file", "file"],
            ["copy", "-b", "{bundle}", "--to-repo", "{host}/new/gated", "--gate", "env; cat", "--audit-log",
                "audit.jsonl", "--record-user"],
            ["copy", "-b", "{bundle}", "--to-tar", "delta.tar", "--base", "out.tar", "--base", "receipt.json"],
            ["copy", "-b", "{bundle}", "--to-repo", "{host}/new/copy", "--dry-run", "--plan", "plan.json"],
            ["copy", "-b", "{bundle}", "--to-repo", "{host}/new/sharded", "--plan-out", "shards.json", "--shards", "2"],
            ["copy", "--plan", "shards.json", "--shard", "1/2", "--json"],
        ],
        ["describe"] = [["describe", "-b", "{bundle}", "-o", "yaml", "--layers", "--html", "describe.html", "--summary", "describe.md"]],
        ["diff"] = [["diff", "--lock", "bundle.lock.yml", "--to-repo", "{host}/mirror/simple-app-bundle", "--json"]],
        ["init"] = [["init", "{bundle}", "--project", "App.csproj"]],
        ["outdated"] = [["outdated", "airgap.lock.json", "--json"]],
        ["package-repository"] =
        [["package-repository", "-b", "{bundle}", "-o", "manifests", "--secret-variant", "placeholder", "--secret-name", "pull"]],
        ["package-repository build"] = [
            ["package-repository", "build", "repository", "--image", "{host}/apps/frontend:1.0.0", "--to-repo", "{host}/new/built",
                "--lock-output", "built.yml"]],
        ["packages list"] = [["packages", "list", "-b", "{bundle}"]],
        ["prune"] =
        [
            ["prune", "--keep", "bundle.lock.yml", "--repo", "{host}/mirror/simple-app-bundle", "--plan", "prune.json"],
            ["prune", "--execute", "prune.json", "--json"],
        ],
        ["publish"] = [["publish", "App.csproj", "-p", "AirgapRegistry={host}/new", "--summary", "publish.md",
            "--timeline", "publish.json"]],
        ["pull"] = [["pull", "-b", "{bundle}", "-o", "pulled"]],
        ["push"] = [["push", "-i", "{host}/new/push:1", "-f", "file"]],
        ["tag list"] = [["tag", "list", "-i", "{host}/mirror/simple-app-bundle", "--digests"]],
        ["tag resolve"] = [["tag", "resolve", "-i", "{bundle}"]],
        ["verify"] = [["verify", "-b", "{bundle}", "--json"]],
    };

    /// <summary>The commands that contact no registry, whatever their flags.</summary>
    private static readonly Dictionary<string, string[][]> s_offline = new()
    {
        ["apply"] = [["apply", "manifests", "--kubeconfig", "none"]],
        ["audit"] = [["audit"]],
        ["audit verify"] = [["audit", "verify", "none.jsonl"]],
        ["archive"] = [["archive"]],
        ["archive diff"] = [["archive", "diff", "out.tar", "out.tar"]],
        ["archive merge"] = [["archive", "merge", "out.tar", "--to-tar", "merged.tar"]],
        ["archive split"] = [["archive", "split", "none.tar", "--volume-size", "1MB"]],
        ["archive verify"] = [["archive", "verify", "--parts", "none.tar"]],
        ["completion"] = [["completion", "bash"], ["[suggest:99]", "tag resolve -i {bundle}"]],
        ["doctor"] = [["doctor", "--kubeconfig", "none"]],
        ["help"] = [["help"], ["help", "copy"]],
        ["mirrors"] = [["mirrors", "--from", "none.json", "--format", "registries.conf", "-o", "mirrors"]],
        ["packages"] = [["packages"]],
        // Printing them to standard output is the purpose of this command.
        ["secret"] = [["secret", "--for", "{host}", "--name", "pull", "-n", "packages", "--apply", "--kubeconfig", "none"]],
        ["registry"] = [["registry"]],
        ["registry gc"] = [["registry", "gc", "--folder", "none"]],
        ["serve"] = [["serve", "--folder", "served", "--listen", "127.0.0.1:0", "--access-log"]],
        ["tag"] = [["tag"]],
        ["version"] = [["version"]],
    };

    public static IEnumerable<string> Commands => CommandTreePaths.All;

    [TestMethod]
    [DynamicData(nameof(Commands))]
    public async Task EveryCommand_KeepsSecrets(string command)
    {
        await using SecretBench bench = await SecretBench.StartAsync(withTokens: true);
        bench.Environment["IMGPKG_USERNAME"] = SecretBench.User;
        bench.Environment["IMGPKG_PASSWORD"] = SecretBench.Password;
        if (s_offline.TryGetValue(command, out string[][]? offline))
        {
            foreach (string[] line in offline)
                await bench.RunAsync(line);
        }
        else
        {
            Assert.IsTrue(s_asking.TryGetValue(command, out string[][]? asking),
                $"'{command}' is new: say how it is run with credentials, so that it is known to keep them");
            for (int i = 0; i < asking.Length; i++)
            {
                string[] line = [.. asking[i], "--registry-retry-count", "1"];
                // Not for publish: evaluating a project takes seconds, and its requests are those of a copy.
                if (i == 0 && command != "publish")
                    await FailAsync(bench, line);
                await SucceedAsync(bench, line);
            }
        }

        bench.AssertKept();
        if (command == "publish")
            Assert.Contains("dotnet ", bench.StartedWith, "what it starts is looked at");
    }

    // The registry echoes the request.
    private static async Task FailAsync(SecretBench bench, string[] line)
    {
        bench.Registry.OnRequest = (_, context) => context.Request.Headers.Authorization.ToString() is { Length: > 0 } sent
            ? Fault.Status(403, $$"""{"errors":[{"code":"DENIED","message":"not with {{sent}}"}]}""", headers: ("X-Echo", sent))
            : null;
        await EndsInAsync("AIRGAP1004");

        // Resolving a tag reads no bytes, and a push reads nothing back.
        bench.Registry.OnRequest = (request, _) => request.Kind is RequestKind.ManifestGet ? Fault.CorruptBody() : null;
        if (line[0] is not ("tag" or "push" or "outdated"))
            await EndsInAsync("AIRGAP1011");
        bench.Registry.OnRequest = null;

        bench.Environment["IMGPKG_PASSWORD"] = SecretBench.Wrong;
        await EndsInAsync("AIRGAP1003");
        bench.Environment["IMGPKG_PASSWORD"] = SecretBench.Password;

        async Task EndsInAsync(string code)
        {
            CliResult result = await bench.RunAsync(line);
            Assert.AreEqual(1, result.ExitCode, result.Output);
            Assert.Contains(code, result.Output + result.Error);
        }
    }

    private static async Task SucceedAsync(SecretBench bench, string[] line)
    {
        CliResult result = await bench.RunAsync(line);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("credentials for ", result.Error, "--debug tells where they came from");
    }

    [TestMethod]
    [DataRow("flags", true)]
    [DataRow("set", true)]
    [DataRow("config", true)]
    [DataRow("helper", true)]
    [DataRow("failing helper", false)]
    [DataRow("bearer", false)]
    [DataRow("identity token", false)]
    [DataRow("broken config", false)]
    [DataRow("dead registry", false)]
    public async Task EverySourceOfCredentials_KeepsSecrets(string source, bool isRight)
    {
        await using SecretBench bench = await SecretBench.StartAsync(withTokens: source == "identity token");
        List<string> command = ["copy", "-b", "{bundle}", "--to-repo", "{host}/new/copy"];
        switch (source)
        {
            case "flags":
                command.AddRange(["--registry-username", SecretBench.User, "--registry-password", SecretBench.Password]);
                break;
            case "set":
                bench.Environment["IMGPKG_REGISTRY_HOSTNAME_A"] = bench.Registry.Host;
                bench.Environment["IMGPKG_REGISTRY_USERNAME_A"] = SecretBench.User;
                bench.Environment["IMGPKG_REGISTRY_PASSWORD_A"] = SecretBench.Password;
                break;
            case "config":
                bench.WriteConfig(
                    $"{{\"auths\":{{\"{bench.Registry.Host}\":{{\"auth\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{SecretBench.User}:{SecretBench.Password}"))}\"}}}}}}");
                break;
            case "broken config":
                bench.WriteConfig(
                    $"{{\"auths\":{{\"{bench.Registry.Host}\":{{\"auth\":\"{SecretBench.Password}\", \"password\": " +
                    $"{SecretBench.Password} }}}}}}");
                break;
            case "helper":
                bench.WriteHelper($"echo '{{\"Username\":\"{SecretBench.User}\",\"Secret\":\"{SecretBench.Password}\"}}'");
                break;
            case "failing helper":
                bench.WriteHelper(
                    $"echo '{{\"Username\":\"{SecretBench.User}\",\"Secret\":\"{SecretBench.Password}\"}}'; echo 'cannot store " +
                    $"{SecretBench.Password}' >&2; exit 7");
                break;
            case "bearer":
                bench.Environment["IMGPKG_TOKEN"] = SecretBench.Token;
                break;
            case "identity token":
                bench.WriteHelper($"echo '{{\"Username\":\"<token>\",\"Secret\":\"{SecretBench.Token}\"}}'");
                break;
            default:
                bench.Environment["IMGPKG_USERNAME"] = SecretBench.User;
                bench.Environment["IMGPKG_PASSWORD"] = SecretBench.Password;
                bench.Environment["http_proxy"] = bench.Environment["HTTP_PROXY"] =
                    $"http://{SecretBench.User}:{Uri.EscapeDataString(SecretBench.Password)}@127.0.0.1:1";
                command = ["copy", "-b", "far.local/a/b:1", "--to-tar", "out.tar", "--registry-retry-count", "1"];
                break;
        }

        CliResult result = await bench.RunAsync([.. command]);
        Assert.AreEqual(isRight ? 0 : 1, result.ExitCode, result.Error);
        if (source == "flags")
        {
            // A password typed here is visible to the users of the machine; the tool passes it to no other process.
            Assert.IsEmpty(bench.StartedWith);
        }

        bench.AssertKept();
    }
}
