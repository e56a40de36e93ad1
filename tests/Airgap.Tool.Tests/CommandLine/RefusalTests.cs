using Airgap.TestKit;

namespace Airgap.Tool.Tests.CommandLine;

[TestClass]
public sealed class RefusalTests
{
    [TestMethod]
    [DataRow("copy", "AIRGAP2009", "Expected either --lock, --bundle (-b), --image (-i), or --tar as a source")]
    [DataRow("copy -b registry.local:5055/a/b -i registry.local:5055/a/c --to-tar e.tar", "AIRGAP2009",
        "Expected either --lock, --bundle (-b), --image (-i), or --tar as a source")]
    [DataRow("copy -b registry.local:5055/a/b", "AIRGAP2010", "Expected either --to-tar or --to-repo")]
    [DataRow("copy -b registry.local:5055/a/b --to-tar e.tar --to-repo registry.local:5055/c", "AIRGAP2010",
        "Expected either --to-tar or --to-repo")]
    [DataRow("copy --tar nested-bundle.tar --to-tar e.tar", "AIRGAP2011", "Cannot use tar source (--tar) with tar destination (--to-tar)")]
    [DataRow("copy -b registry.local:5055/a/b --to-tar e.tar --lock-output l.yml", "AIRGAP2011",
        "Cannot output lock file with tar destination")]
    [DataRow("copy -b registry.local:5055/a/b --to-repo registry.local:5055/c --resume", "AIRGAP2011",
        "Flag --resume can only be used when copying to tar")]
    [DataRow("copy -b Bad/Ref! --to-tar e.tar", "AIRGAP2001", "could not parse reference: Bad/Ref!")]
    [DataRow("copy -b https://registry.local:5055/a/b --to-tar e.tar", "AIRGAP2001", "must not start with http:// or https://")]
    [DataRow("copy -b registry.local:5055/a/b --to-repo registry.local:5055/c:v1", "AIRGAP2003", "is not a repository")]
    [DataRow("copy -b docker://registry.local:5055/a/b --to-tar e.tar", "AIRGAP2001", "it must not start with docker://")]
    [DataRow("copy -b registry.local:5055/a/b --to-tar e.tar --ignore-bundle-check", "AIRGAP2011",
        "Flag --ignore-bundle-check can only be used with --image (-i) or --tar")]
    [DataRow("copy --resume=maybe", "AIRGAP2022", "'maybe' is not a value of --resume: it takes true or false")]
    [DataRow("push -i registry.local:5055/a/b -f \"a", "AIRGAP2022", "a quote is not closed")]
    [DataRow("push -i registry.local:5055/a/b -l a", "AIRGAP2022", "a must be formatted as key=value")]
    [DataRow("push -i registry.local:5055/a/b -l a=1,b=2,c", "AIRGAP2022", "c must be formatted as key=value")]
    [DataRow("package-repository build nodir --to-tar x.tar", "AIRGAP3001", "The folder 'nodir' does not exist")]
    [DataRow("serve --folder x --listen 5000", "AIRGAP2022", "Write HOST:PORT")]
    [DataRow("package-repository", "AIRGAP2009", "Expected either --bundle (-b) or --image (-i)")]
    [DataRow("serve", "AIRGAP2022", "The folder or archive to serve is not given")]
    [DataRow("serve --folder x --listen 5000", "AIRGAP2022", "'5000' is not an address to listen on")]
    [DataRow("serve --folder x --listen [::1]", "AIRGAP2022", "'[::1]' is not an address to listen on")]
    [DataRow("publish no/such/project.csproj", "AIRGAP3001", "There is no project 'no/such/project.csproj'")]
    [DataRow("publish . -p Novalue", "AIRGAP2022", "'Novalue' is not a property")]
    [DataRow("version extra", "AIRGAP2022", "Unknown argument 'extra'")]
    [DataRow("copy --concurrency 0", "AIRGAP2022", "'0' is not a value of --concurrency")]
    [DataRow("copy --registry-response-header-timeout 30", "AIRGAP2022", "'30' is not a value of --registry-response-header-timeout")]
    [DataRow("copy --registry-connect-timeout 1000h", "AIRGAP2022",
        "'1000h' is not a value of --registry-connect-timeout: it takes a duration such as 30s, 500ms or 1m30s, of 24 days at most")]
    [DataRow("package-repository -b a --pin never", "AIRGAP2022",
        "'never' is not a value of --pin: it takes digest, tag, content-tag or none")]
    public async Task WrongCombinations_AreRefusedWithImgpkgsWords(string line, string code, string phrase)
    {
        CliResult result = await InProcess.RunAsync(line.Split(' '));

        result.AssertRefused(code, phrase);
    }

    [TestMethod]
    [DataRow("copy --to-rep x", "--to-repo")]
    [DataRow("copy --registry-insecur", "--registry-insecure")]
    [DataRow("copy --jsn", "--json")]
    [DataRow("copz", "copy")]
    [DataRow("package-repositry", "package-repository")]
    public async Task MistypedWords_AreCorrected(string line, string meant)
    {
        CliResult result = await InProcess.RunAsync(line.Split(' '));

        result.AssertFailed($"Did you mean '{meant}'?");
    }

    [TestMethod]
    public async Task UnderImgpkgsName_TheMessageComesFirst()
    {
        CliResult result = await InProcess.RunAsAsync("/usr/local/bin/imgpkg", "copy", "-b", "registry.local:5055/a/b");

        Assert.AreEqual(1, result.ExitCode);
        Assert.StartsWith("imgpkg: Error: Expected either --to-tar or --to-repo (AIRGAP2010)", result.Error);
    }

    [TestMethod]
    [DataRow("version extra", "imgpkg: Error: command 'imgpkg version' does not accept extra arguments 'extra' (AIRGAP2022)")]
    [DataRow("tag list extra", "imgpkg: Error: command 'imgpkg tag list' does not accept extra arguments 'extra' (AIRGAP2022)")]
    [DataRow("completion", "imgpkg: Error: accepts 1 arg(s), received 0 (AIRGAP2022)")]
    [DataRow("completion bash zsh", "imgpkg: Error: accepts 1 arg(s), received 2 (AIRGAP2022)")]
    [DataRow("completion ksh", "imgpkg: Error: invalid argument \"ksh\" for \"imgpkg completion\" (AIRGAP2022)")]
    public async Task PositionalArguments_AreRefusedAsImgpkgDoes(string line, string message)
    {
        CliResult result = await InProcess.RunAsAsync("imgpkg", line.Split(' '));

        Assert.AreEqual(1, result.ExitCode);
        Assert.IsEmpty(result.Output);
        Assert.StartsWith(message, result.Error);
    }

    [TestMethod]
    [DataRow("error-two-sources.txt")]
    [DataRow("error-no-destination.txt")]
    [DataRow("error-tar-to-tar.txt")]
    [DataRow("error-lock-output-to-tar.txt")]
    [DataRow("error-reference.txt")]
    public async Task RecordedRefusals_AreImgpkgsUnderItsName(string file)
    {
        string[] recorded = await File.ReadAllLinesAsync(Fixtures.Golden("lines/" + file));
        // The recorded lines do not show the quotes of an argument with a space.
        string[] args = [.. recorded[0]["$ imgpkg ".Length..].Replace("Bad Ref!", "Bad\tRef!", StringComparison.Ordinal).Split(' ')
            .Select(arg => arg.Replace('\t', ' '))];

        CliResult result = await InProcess.RunAsAsync("imgpkg", args);

        Assert.AreEqual("exit 1", recorded[^1]);
        Assert.AreEqual(1, result.ExitCode);
        Assert.StartsWith(string.Join('\n', recorded[1..^1]), result.Error);
    }

    [TestMethod]
    public async Task Json_HoldsTheRefusal()
    {
        CliResult result = await InProcess.RunAsync("copy", "--json", "-b", "registry.local:5055/a/b");

        Assert.AreEqual(1, result.ExitCode);
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(result.Output);
        System.Text.Json.JsonElement root = document.RootElement;
        Assert.IsFalse(root.GetProperty("succeeded").GetBoolean());
        Assert.AreEqual("AIRGAP2010", root.GetProperty("errors")[0].GetProperty("code").GetString());
        Assert.AreEqual("Expected either --to-tar or --to-repo", root.GetProperty("errors")[0].GetProperty("message").GetString());
        Assert.AreEqual("Give exactly one of them, or of --to-oci and --to-oci-tar.",
            root.GetProperty("errors")[0].GetProperty("advice").GetString());
    }

    [TestMethod]
    public async Task UnderImgpkgsName_JsonHasImgpkgsShape()
    {
        CliResult version = await InProcess.RunAsAsync("imgpkg", "version", "--json");
        CliResult failure = await InProcess.RunAsAsync("imgpkg", "copy", "--json");

        Assert.AreEqual(
            "{\n    \"Tables\": null,\n    \"Blocks\": [\n        \"imgpkg version 1.2.3\\n\"\n    ],\n    \"Lines\": [\n        " +
            "\"Succeeded\"\n    ]\n}", version.Output.TrimEnd());
        Assert.IsEmpty(failure.Output);
        Assert.StartsWith("imgpkg: Error: ", failure.Error);
    }

    [TestMethod]
    public async Task Json_HoldsAnUnknownFlag()
    {
        CliResult result = await InProcess.RunAsync("copy", "--json", "--nonsense");

        Assert.AreEqual(1, result.ExitCode);
        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(result.Output);
        Assert.AreEqual("AIRGAP2022", document.RootElement.GetProperty("errors")[0].GetProperty("code").GetString());
    }
}
