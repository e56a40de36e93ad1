using Airgap.TestKit;

namespace Airgap.Tool.Tests.CommandLine;

[TestClass]
public sealed class PushPullRefusalTests
{
    [TestMethod]
    [DataRow("push -f x", "AIRGAP2010", "Expected either image or bundle")]
    [DataRow("push -b a/b -i a/c -f x", "AIRGAP2010", "Expected only one of image or bundle")]
    [DataRow("push -i a/b -f x --lock-output l.yml", "AIRGAP2011", "Lock output is not compatible with image")]
    [DataRow("push -b http://registry.local:5055/a/b -f x", "AIRGAP2001", "must not start with http:// or https://")]
    [DataRow("push -b registry.local:5055/a/b", "AIRGAP2022", "nothing to push")]
    [DataRow("push -b registry.local:5055/a/b -f x -l team", "AIRGAP2022", "must be formatted as key=value")]
    [DataRow("push -b registry.local:5055/a/b -f x -l dev.carvel.imgpkg.bundle=true", "AIRGAP2022",
        "label 'dev.carvel.imgpkg.bundle' is reserved")]
    [DataRow("push -b registry.local:5055/a/b -f no/such/folder", "AIRGAP3001", "no/such/folder")]
    [DataRow("pull -o x", "AIRGAP2009", "Expected either image, bundle, or lock")]
    [DataRow("pull -b a/b -i a/c -o x", "AIRGAP2009", "Expected only one of image, bundle, or lock")]
    [DataRow("pull -b a/b --image-is-bundle-check=false -o x", "AIRGAP2011", "Cannot set --image-is-bundle-check while using -b flag")]
    [DataRow("pull -b a/b", "AIRGAP2022", "Expected --output to be none empty")]
    [DataRow("pull -b a/b -o /", "AIRGAP2022", "Disallowed output directory (trying to avoid accidental deletion)")]
    [DataRow("pull -b a/b -o .", "AIRGAP2022", "Disallowed output directory (trying to avoid accidental deletion)")]
    [DataRow("pull -b a/b -o ..", "AIRGAP2022", "Disallowed output directory (trying to avoid accidental deletion)")]
    [DataRow("pull --lock no-such-lock.yml -o x", "AIRGAP3001", "no-such-lock.yml")]
    public async Task WrongCombinations_AreRefused(string line, string code, string phrase)
    {
        CliResult result = await InProcess.RunAsync(line.Split(' '));

        result.AssertRefused(code, phrase);
    }
}
