using System.CommandLine;
using System.CommandLine.Help;
using Airgap.TestKit;
using Airgap.Tool.CommandLine;

namespace Airgap.Tool.Tests.CommandLine;

/// <summary>An empty value, as from an unset variable, is refused for every flag that imgpkg does not have.</summary>
[TestClass]
public sealed class EmptyValueTests
{
    // Listed from imgpkg's reference, independently of the code, so that a mistake in the code's list is found.
    private static readonly string[] s_ofImgpkg =
    [
        "copy --bundle", "copy --concurrency", "copy --image", "copy --lock", "copy --lock-output", "copy --tar", "copy --to-repo",
        "copy --to-tar", "describe --bundle", "describe --concurrency", "describe --output-type", "pull --bundle", "pull --image",
        "pull --lock", "pull --output", "push --bundle", "push --file", "push --file-exclude-defaults", "push --file-exclusion",
        "push --image", "push --labels", "push --lock-output", "tag list --image", "tag resolve --image",
    ];

    private static readonly string[] s_ofEveryCommand =
    [
        "--column", "--registry-ca-cert-path", "--registry-password", "--registry-response-header-timeout", "--registry-retry-count",
        "--registry-token", "--registry-username",
    ];

    [TestMethod]
    public async Task EveryFlagThatImgpkgDoesNotHaveRefusesAnEmptyValue()
    {
        List<string> forgiven = [];
        int refused = 0;
        foreach ((string path, Command command) in AllCommands.Below())
        {
            foreach (Option option in command.Options)
            {
                if (option.ValueType == typeof(bool) || option is HelpOption or VersionOption || s_ofEveryCommand.Contains(option.Name))
                    continue;
                if (EmptyValues.IsOfImgpkg(command, option))
                {
                    forgiven.Add($"{path} {option.Name}");
                    continue;
                }

                foreach (string[] words in new string[][] { [option.Name, ""], [$"{option.Name}="] })
                {
                    CliResult result = await InProcess.RunAsync([.. path.Split(' '), .. words]);
                    Assert.AreEqual(1, result.ExitCode, $"{path} {string.Join(' ', words)}");
                    Assert.Contains($"AIRGAP2022: The flag {option.Name} has an empty value.", result.Error, path);
                    refused++;
                }
            }
        }

        CollectionAssert.AreEquivalent(s_ofImgpkg, forgiven);
        Assert.IsGreaterThan(200, refused);
    }

    // The gate is a shell that approves.
    [TestMethod]
    public async Task AGateOfSpacesIsRefused()
    {
        CliResult result = await InProcess.RunAsync("copy", "-i", "127.0.0.1:1/x", "--to-repo", "127.0.0.1:1/y", "--gate", " \t");
        result.AssertFailed("AIRGAP2022: The flag --gate has an empty value.");
    }

    [TestMethod]
    [DataRow("publish", "PROJECT")]
    [DataRow("archive split", "FILE")]
    [DataRow("package-repository build", "FOLDER")]
    public async Task AnEmptyArgumentIsRefused(string path, string name)
    {
        CliResult result = await InProcess.RunAsync([.. path.Split(' '), ""]);
        result.AssertFailed($"AIRGAP2022: The argument {name} is empty.");
    }

    [TestMethod]
    public async Task AnEmptyValueOfImgpkgsFlagIsNoValue()
    {
        CliResult result = await InProcess.RunAsync("copy", "--lock", "", "--registry-token", "");
        Assert.Contains("AIRGAP2009", result.Error);
    }
}
