using Airgap.Tool.Running;

namespace Airgap.Tool.Tests.Running;

[TestClass]
public sealed class IdentityTests
{
    [TestMethod]
    [DataRow("imgpkg", "imgpkg", "imgpkg")]
    [DataRow("/usr/local/bin/imgpkg", "imgpkg", "imgpkg")]
    [DataRow("imgpkg.exe", "imgpkg", "imgpkg")]
    [DataRow("/root/.dotnet/tools/dotnet-airgap", "dotnet-airgap", "dotnet airgap")]
    [DataRow("/usr/bin/dotnet", "dotnet-airgap", "dotnet airgap")]
    public void Name_ComesFromThePath(string path, string name, string invocation)
    {
        Identity identity = Identity.Of(path, "1.0");

        Assert.AreEqual(name, identity.Name);
        Assert.AreEqual(invocation, identity.Invocation);
    }
}
