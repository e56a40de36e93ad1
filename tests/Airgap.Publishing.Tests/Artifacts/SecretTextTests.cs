using System.Text;
using Airgap.Publishing.Artifacts;

namespace Airgap.Publishing.Tests.Artifacts;

/// <summary>A Secret names a registry only if it names that one, and no other whose name contains it.</summary>
[TestClass]
public sealed class SecretTextTests
{
    [TestMethod]
    [DataRow("reg.io", "reg.io", true)]
    [DataRow("{\"auths\":{\"reg.io\":{}}}", "reg.io", true)]
    [DataRow("https://reg.io/v1/", "reg.io", true)]
    [DataRow("of my.reg.io and reg.io.", "reg.io", true)]
    [DataRow("reg.io: key", "reg.io", true)]
    [DataRow("host:5000/apps", "host:5000", true)]
    [DataRow("my.reg.io", "reg.io", false)]
    [DataRow("my-reg.io", "reg.io", false)]
    [DataRow("reg.io.example", "reg.io", false)]
    [DataRow("reg.io:5000", "reg.io", false)]
    [DataRow("reg.io-old", "reg.io", false)]
    [DataRow("host:50001", "host:5000", false)]
    public void ANameWithinAnother_DoesNotCount(string text, string registry, bool isNamed)
    {
        Assert.AreEqual(isNamed, SecretText.Names($"stringData:\n  a: '{text}'\n", registry));
        string encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"  padded: \"{text}\"  "));
        Assert.AreEqual(isNamed, SecretText.Names($"data:\n  a: {encoded}\n", registry));
    }
}
