using System.CommandLine;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests.Running;

[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class ContinuationTests
{
    [TestMethod]
    [DataRow("copy -b host/a:1 --to-tar a.tar", "dotnet airgap copy -b host/a:1 --to-tar a.tar --resume")]
    [DataRow("copy -b host/a:1 --to-oci-tar a.tar", "dotnet airgap copy -b host/a:1 --to-oci-tar a.tar --resume")]
    [DataRow("copy -b host/a:1 --to-tar=a.tar --resume", "dotnet airgap copy -b host/a:1 --to-tar a.tar --resume")]
    [DataRow("copy --tar a.tar --to-repo host/b --keep-going", "dotnet airgap copy --tar a.tar --to-repo host/b --keep-going")]
    [DataRow("copy -b host/a --to-repo host/b --registry-username me --registry-password s3cret --registry-token=t0ken",
        "dotnet airgap copy -b host/a --to-repo host/b --registry-username me --registry-password '***' --registry-token '***'")]
    [DataRow("publish x.csproj -p AirgapRegistry=host/a", "dotnet airgap publish x.csproj -p AirgapRegistry=host/a")]
    [DataRow("copy -b host/a:1 --to-tar a.tar --dry-run", null)]
    [DataRow("pull -b host/a:1 -o out", null)]
    [DataRow("verify -b host/a:1", null)]
    public void TheCommandIsTheOneThatWasTypedWithoutItsSecrets(string typed, string? expected) =>
        Assert.AreEqual(expected, Of(typed.Split(' '), Identity.OwnName));

    [TestMethod]
    public void WordsAreQuotedAndImgpkgKeepsItsName() => Assert.AreEqual(
        @"imgpkg copy -b host/a:1 --to-tar 'my '\''tar'\''.tar' --resume",
        Of(["copy", "-b", "host/a:1", "--to-tar", "my 'tar'.tar"], "imgpkg"));

    private static string? Of(string[] args, string name)
    {
        GlobalFlags globals = new();
        Identity identity = Identity.Of(name, "1");
        RootCommand root = CommandTree.Create(
            new CommandHost(identity, new Terminal(TextWriter.Null, TextWriter.Null, false, false), globals), globals);
        return Continuation.Of(root.Parse(args), identity);
    }
}
