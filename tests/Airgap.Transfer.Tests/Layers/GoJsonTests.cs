using System.Text;
using System.Text.Json;
using Airgap.Transfer.Layers;
using CsCheck;

namespace Airgap.Transfer.Tests.Layers;

[TestClass]
public sealed class GoJsonTests
{
    [TestMethod]
    public void Escapes_AreGos() => Assert.AreEqual(
        "\"a\\\"\\\\\\n\\r\\t\\b\\f\\u0001\\u001f\\u003c\\u003e\\u0026\\u2028\\u2029/\u007fé☃😀\"",
        Write("a\"\\\n\r\t\b\f\u0001\u001f<>&\u2028\u2029/\u007fé☃😀"));

    [TestMethod]
    public void EveryText_ReadsBack() => Gen.String.Where(text => !text.Any(char.IsSurrogate)).Sample(text =>
        Assert.AreEqual(text, JsonSerializer.Deserialize<string>(Write(text))));

    private static string Write(string text) => Encoding.UTF8.GetString(new GoJson().String(text).Written);
}
