using System.CommandLine;
using System.Diagnostics;
using Airgap.TestKit;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Tests.EndToEnd.Secrets;

namespace Airgap.Tool.Tests.CommandLine;

/// <summary>No output of a command replaces an input or another output; a plan refuses flags in terms of those given.</summary>
[TestClass]
public sealed class FileFlagsTests
{
    private const string Plan = """{"airgapPlan": 1}""";

    [TestMethod]
    [DataRow("--lock DIR/l.yml --to-repo 127.0.0.1:1/a --plan-out DIR/l.yml", "--plan-out", "--lock")]
    [DataRow("--lock DIR/l.yml --to-repo 127.0.0.1:1/a --report DIR/./l.yml", "--report", "--lock")]
    [DataRow("--lock DIR/l.yml --to-repo 127.0.0.1:1/a --report DIR/link/l.yml", "--report", "--lock")]
    [DataRow("--lock DIR/l.yml --to-repo 127.0.0.1:1/a --dry-run --plan DIR/l.yml", "--plan", "--lock")]
    [DataRow("--lock DIR/l.yml --to-tar DIR/pp.json --plan-out DIR/pp.json", "--plan-out", "--to-tar")]
    [DataRow("--lock DIR/l.yml --to-repo 127.0.0.1:1/a --report DIR/r --summary DIR/r", "--summary", "--report")]
    [DataRow("--lock DIR/l.yml --to-repo 127.0.0.1:1/a --verify-key DIR/l.yml --audit-log DIR/l.yml", "--audit-log", "--lock")]
    public async Task AnOutputReplacesNoOtherFileOfTheCommand(string line, string output, string other)
    {
        using TempFolder folder = new();
        string text = "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n";
        await File.WriteAllTextAsync(folder["l.yml"], text);
        Directory.CreateSymbolicLink(folder["link"], folder.Path);

        CliResult result = await InProcess.RunAsync(
            ["copy", .. line.Replace("DIR", folder.Path, StringComparison.Ordinal).Split(' ')]);

        result.AssertFailed("AIRGAP2112", output, other);
        Assert.DoesNotContain("AIRGAP3026", result.Error, "an input is nobody's result");
        Assert.AreEqual(text, await File.ReadAllTextAsync(folder["l.yml"]));
    }

    [TestMethod]
    [DataRow("push -f DIR/l.yml -b 127.0.0.1:1/a --lock-output DIR/l.yml")]
    [DataRow("push -f DIR/l.yml -i 127.0.0.1:1/a --to-tar DIR/l.yml")]
    [DataRow("describe --tar DIR/l.yml --html DIR/l.yml")]
    [DataRow("describe -b 127.0.0.1:1/a --html DIR/p --summary DIR/link/p")]
    [DataRow("packages list --tar DIR/l.yml --html DIR/link/l.yml")]
    [DataRow("package-repository -b 127.0.0.1:1/a@sha256:ZEROS --values-file DIR/l.yml -o DIR/l.yml")]
    [DataRow("prune --repo 127.0.0.1:1/a --keep DIR/l.yml --plan DIR/l.yml")]
    [DataRow("publish DIR/l.yml --timeline DIR/link/l.yml")]
    [DataRow("publish DIR/project --timeline DIR/project/p.csproj")]
    [DataRow("archive merge DIR/l.yml DIR/m.yml --to-tar DIR/link/l.yml")]
    public async Task EachCommandKeepsItsInputs(string line)
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["l.yml"], "text");
        Directory.CreateDirectory(folder["project"]);
        await File.WriteAllTextAsync(folder["project/p.csproj"], "text");
        Directory.CreateSymbolicLink(folder["link"], folder.Path);
        CliResult result = await InProcess.RunAsync([.. line.Replace("DIR", folder.Path, StringComparison.Ordinal)
            .Replace("ZEROS", new string('0', 64), StringComparison.Ordinal).Split(' ')]);
        result.AssertFailed("AIRGAP2112");
        Assert.AreEqual("text", await File.ReadAllTextAsync(folder["l.yml"]));
        Assert.AreEqual("text", await File.ReadAllTextAsync(folder["project/p.csproj"]));
    }

    [TestMethod]
    [DataRow("copy --tar DIR/v.tar --to-repo 127.0.0.1:1/a --report DIR/v.tar.001", "DIR/v.tar.001")]
    [DataRow("copy --tar DIR/v.tar.parts.json --to-repo 127.0.0.1:1/a --timeline DIR/v.tar.002", "DIR/v.tar.002")]
    [DataRow("copy --tar DIR/v.tar.002 --to-repo 127.0.0.1:1/a --timeline DIR/v.tar.001", "DIR/v.tar.001")]
    [DataRow("copy --tar v.tar --parts-in DIR --to-repo 127.0.0.1:1/a --summary DIR/v.tar.001", "DIR/v.tar.001")]
    [DataRow("copy --tar DIR/s.tar --verify-archive DIR/k --to-repo 127.0.0.1:1/a --report DIR/s.tar.sigstore.json",
        "DIR/s.tar.sigstore.json")]
    [DataRow("copy --oci DIR/lay --to-repo 127.0.0.1:1/a --lock-output DIR/lay/index.json", "DIR/lay/index.json")]
    [DataRow("copy -b 127.0.0.1:1/a --to-oci DIR/lay --report DIR/lay/oci-layout", "DIR/lay/oci-layout")]
    [DataRow("copy -b 127.0.0.1:1/a --to-oci DIR/empty --report DIR/empty/index.json", "")]
    [DataRow("copy -b 127.0.0.1:1/a --to-tar DIR/new.tar --volume-size 20000 --timeline DIR/new.tar.001", "")]
    [DataRow("copy -b 127.0.0.1:1/a --to-tar DIR/new.tar --report DIR/new.tar.partial", "")]
    [DataRow("copy -b 127.0.0.1:1/a --to-repo 127.0.0.1:1/b --sign-key DIR/k --receipt DIR/r --report DIR/r.sigstore.json", "")]
    [DataRow("pull --tar DIR/s.tar -o DIR --force", "DIR/s.tar")]
    [DataRow("pull --oci DIR/lay -o DIR --force", "DIR/lay/index.json")]
    public async Task CompanionsOfAnInput_AreNotReplaced(string line, string kept)
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["lay"]);
        Directory.CreateDirectory(folder["empty"]);
        foreach (string name in (string[])["v.tar.001", "v.tar.002", "v.tar.parts.json", "s.tar", "s.tar.sigstore.json", "k",
            "lay/index.json", "lay/oci-layout"])
            await File.WriteAllTextAsync(folder[name], "text");
        CliResult result = await InProcess.RunAsync([.. line.Replace("DIR", folder.Path, StringComparison.Ordinal).Split(' ')]);
        result.AssertFailed("AIRGAP2112");
        if (kept.Length > 0)
            Assert.AreEqual("text", await File.ReadAllTextAsync(kept.Replace("DIR", folder.Path, StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("copy --tar DIR/s.tar --to-repo 127.0.0.1:1/a --report DIR/s.tar.html")]
    [DataRow("copy -b 127.0.0.1:1/a --base DIR/s.tar --to-tar DIR/s.tar.001")]
    [DataRow("copy --oci DIR/lay --to-repo 127.0.0.1:1/a --report DIR/lay/report.html")]
    [DataRow("push -b 127.0.0.1:1/a -f DIR/lay --lock-output DIR/lay/bundle.lock.yml")]
    public async Task AFileNextToAnInput_IsWritten(string line)
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["lay"]);
        foreach (string name in (string[])["s.tar", "s.tar.001", "lay/index.json", "lay/oci-layout"])
            await File.WriteAllTextAsync(folder[name], "text");
        CliResult result = await InProcess.RunAsync([.. line.Replace("DIR", folder.Path, StringComparison.Ordinal).Split(' ')]);
        Assert.DoesNotContain("AIRGAP2112", result.Error);
    }

    [TestMethod]
    public void EveryFlagThatNamesAFile_IsAnInputOrAnOutput()
    {
        string[] known = [.. FileFlags.Read, .. FileFlags.Written];
        string[] missing = [.. Below(CommandTreePaths.Root()).SelectMany(command => command.Options)
            .Where(option => option.HelpName is { } help && (help.StartsWith("FILE", StringComparison.Ordinal)
                || help is "FOLDER" or "DIR") && !known.Contains(option.Name) && option.Name != "--folder")
            .Select(option => option.Name).Distinct()];
        Assert.IsEmpty(missing, string.Join(", ", missing));

        static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(sub => Below(sub).Prepend(sub));
    }

    [TestMethod]
    [DataRow("--plan p --dry-run", "Cannot use --dry-run with a plan for shards", "leave --dry-run out")]
    [DataRow("--plan p --dry-run --finish", "Cannot use --dry-run with --finish", "leave --dry-run out")]
    [DataRow("--plan p --dry-run --shard 1/2", "Cannot use --dry-run with --shard", "leave --dry-run out")]
    [DataRow("--plan p --to-repo 127.0.0.1:1/a", "Flag --to-repo cannot be used with --plan, which is carried out", "--plan-out")]
    [DataRow("--plan p -b 127.0.0.1:1/a", "Flag --bundle cannot be used with --plan, which is carried out", "add --dry-run")]
    [DataRow("-b 127.0.0.1:1/a --to-repo 127.0.0.1:1/b --plan-out p --shards 99999",
        "Flag --shards is 99999, and there are at most 10000 shards", "smaller")]
    public async Task APlanSpeaksOfTheFlagsGiven(string line, string problem, string advice)
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["p"], Plan);
        CliResult result = await InProcess.RunAsync(
            ["copy", .. line.Split(' ').Select(word => word == "p" ? folder["p"] : word)]);
        Assert.AreEqual(1, result.ExitCode);
        string error = string.Join(' ', result.Error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(problem, error);
        Assert.Contains(advice, error);
        Assert.AreEqual(Plan, await File.ReadAllTextAsync(folder["p"]));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task APlanThatIsAPipeIsRefused()
    {
        using TempFolder folder = new();
        using (Process made = Process.Start("mkfifo", [folder["pipe"]]))
            await made.WaitForExitAsync();
        Task<CliResult> run = Task.Run(() => InProcess.RunAsync("copy", "--plan", folder["pipe"], "--shard", "1/2"));
        CliResult result = await run.WaitAsync(TimeSpan.FromMinutes(2));
        result.AssertFailed("is a pipe, but every shard and the finish read the plan");
    }
}
