using System.CommandLine;
using System.CommandLine.Help;
using Airgap.TestKit;
using Airgap.Tool.CommandLine;

namespace Airgap.Tool.Tests.CommandLine;

/// <summary>A flag that takes one value and is given two is refused, or the last one counts and a warning says so.</summary>
[TestClass]
public sealed class RepeatedValueTests
{
    // The value of a flag is checked before its number.
    private static readonly Dictionary<string, (string First, string Second)> s_values = new(StringComparer.Ordinal)
    {
        ["Int32"] = ("1", "2"),
        ["TimeSpan"] = ("1m", "2m"),
        ["String"] = ("a", "b"),
    };

    [TestMethod]
    public async Task EveryFlagWithOneValueRefusesTwo_OrSaysThatTheLastCounts()
    {
        int refused = 0, told = 0;
        foreach ((string path, Command command) in AllCommands.Below())
        {
            foreach (Option option in command.Options.Where(option => option is not (HelpOption or VersionOption) && OneValue(option)))
            {
                (string first, string second) = Values(option);
                string[] words = [.. path.Split(' '), $"{option.Name}={first}", $"{option.Name}={second}",
                    .. command.Arguments.SelectMany(argument => Enumerable.Repeat("x", argument.Arity.MinimumNumberOfValues))];
                ParseResult parsed = AllCommands.Root().Parse(words);
                bool isOfImgpkg = EmptyValues.IsOfImgpkg(command, option);
                Diagnosed(isOfImgpkg ? RepeatedValues.Warnings(parsed) : RepeatedValues.Refusals(parsed), option, path);
                Assert.IsEmpty(isOfImgpkg ? RepeatedValues.Refusals(parsed) : RepeatedValues.Warnings(parsed), path);
                ParseResult same = AllCommands.Root().Parse([.. path.Split(' '), $"{option.Name}={first}", $"{option.Name}={first}"]);
                Assert.IsEmpty(RepeatedValues.Warnings(same).Concat(RepeatedValues.Refusals(same)), $"{path} {option.Name}");
                if (isOfImgpkg)
                {
                    told++;
                    continue;
                }

                CliResult result = await InProcess.RunAsync(words);
                // The parser itself refuses a flag with an optional value of its own.
                result.AssertFailed(path == "apply" && option.Name == "--wait" ? "Option '--wait' expects a single argument"
                    : $"AIRGAP2125: The flag {option.Name} is given more than once");
                refused++;
            }
        }

        Assert.IsGreaterThan(200, refused);
        Assert.IsGreaterThan(50, told);
    }

    [TestMethod]
    public async Task OfImgpkgsFlagsTheLastCounts_WithOneWarning()
    {
        CliResult result = await InProcess.RunAsync("copy", "--lock", "one.yml", "--lock", "two.yml", "--to-tar", "x.tar");
        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains("two.yml", result.Error);
        Assert.DoesNotContain("one.yml", result.Error);
        Assert.HasCount(2, result.Error.Split("AIRGAP2125: The flag --lock is given more than once, with different values: as in imgpkg"));
    }

    [TestMethod]
    public async Task AnOptionalValueBesidesItsDefaultIsRefused()
    {
        CliResult result = await InProcess.RunAsync(
            "copy", "-i", "127.0.0.1:1/x", "--to-repo", "127.0.0.1:1/y", "--artifacts", "--artifacts=signatures");
        result.AssertFailed("AIRGAP2125: The flag --artifacts is given more than once");
    }

    [TestMethod]
    public void ASwitchMayBeOverridden()
    {
        string[] words = SwitchValues.Normalize(AllCommands.Root(), ["copy", "--resume", "--resume=false"], out _);
        ParseResult parsed = AllCommands.Root().Parse(words);
        Assert.IsEmpty(parsed.Errors);
        Assert.IsEmpty(RepeatedValues.Refusals(parsed));
    }

    private static void Diagnosed(IEnumerable<Airgap.Oci.Diagnostic> found, Option option, string path) =>
        Assert.Contains(
            $"The flag {option.Name} is given more than once, with different values",
            Assert.ContainsSingle(found, $"{path} {option.Name}").Message);

    // Found from the type alone, so that a kind of flag that the code does not know fails here.
    private static bool OneValue(Option option) =>
        !option.ValueType.IsArray && option.ValueType != typeof(bool) && option.Name != "--limit-rate";

    private static (string First, string Second) Values(Option option) =>
        option.HelpName?.Split('|') is [string first, string second, ..] ? (first, second) : s_values[option.ValueType.Name];
}
