using System.Text;
using Airgap.TestKit;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests.Running;

[TestClass]
public sealed class QuickVersionTests
{
    [TestMethod]
    [DataRow("version")]
    [DataRow("--version")]
    [DataRow("-v")]
    public async Task TheShortWaySaysWhatTheCommandSays(string asked)
    {
        foreach (string name in new[] { Identity.OwnName, "imgpkg" })
        {
            CliResult command = await InProcess.RunAsAsync(name, asked);
            using MemoryStream output = new();
            QuickVersion.Write(Identity.Of(name, "1.2.3"), output);
            Assert.IsTrue(QuickVersion.IsAskedFor([asked]));
            Assert.AreEqual(command.Output, Encoding.UTF8.GetString(output.ToArray()));
        }
    }

    [TestMethod]
    [DataRow("version --json")]
    [DataRow("version --help")]
    [DataRow("versions")]
    [DataRow("--tty version")]
    public void AnythingMoreIsLeftToTheCommandLine(string line) => Assert.IsFalse(QuickVersion.IsAskedFor(line.Split(' ')));
}
