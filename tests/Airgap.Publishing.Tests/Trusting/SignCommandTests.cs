using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Publishing.Signing;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests.Trusting;

/// <summary>A program that signs has a time limit, and a limit for its output.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class SignCommandTests
{
    private static readonly byte[] s_digest = SHA256.HashData("x"u8);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task ItsTimeIsLimited_AndItIsEnded()
    {
        using TempFolder folder = new();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => SignCommand.RunAsync(
            $"sleep 30; touch '{folder["after"]}'", s_digest, TestContext.CancellationToken, TimeSpan.FromMilliseconds(300)));

        Assert.AreEqual(ErrorCode.SigningFailed, e.Code);
        Assert.Contains("did not end within 0.3 seconds, and was ended", e.Message);
        Assert.IsFalse(File.Exists(folder["after"]));
        Assert.AreEqual(TimeSpan.FromMinutes(2), SignCommand.TimeLimit);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("cat > /dev/null; head -c 100000 /dev/zero | tr '\\0' A")]
    [DataRow("cat > /dev/null; echo '***'")]
    [DataRow("cat > /dev/null; true")]
    public async Task AnInvalidSignature_IsRefused(string command)
    {
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => SignCommand.RunAsync(command, s_digest, TestContext.CancellationToken));

        Assert.AreEqual(ErrorCode.SigningFailed, e.Code);
        Assert.Contains("wrote no signature in base64", e.Message);
    }
}
