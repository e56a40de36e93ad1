using System.Text;
using Airgap.Oci.Requests;

namespace Airgap.Oci.Tests.Client;

/// <summary>The missing content that a registry names: if one part is not understood, all of it is ignored.</summary>
[TestClass]
public sealed class MissingContentTests
{
    private static readonly string s_a = "sha256:" + new string('a', 64);
    private static readonly string s_b = "sha256:" + new string('b', 64);

    [TestMethod]
    public void EachFormOfNamingIsRead()
    {
        IReadOnlySet<Digest>? missing = Read(
            $$"""{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown","detail":"{{s_a}}"},{"code":"BLOB_UNKNOWN","message":"no {{s_b}}."}]}""");
        CollectionAssert.AreEquivalent(new[] { Digest.Parse(s_a), Digest.Parse(s_b) }, missing?.ToArray());
        Assert.HasCount(1, Read($$$"""{"errors":[{"code":"MANIFEST_UNKNOWN","detail":{"digest":"{{{s_a}}}","name":"{{{s_a}}}"}}]}""")!);
        Assert.IsEmpty(Read("""{"errors":[]}""")!);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("[]")]
    [DataRow("<html>")]
    [DataRow("""{"errors":{}}""")]
    [DataRow("""{"errors":["BLOB_UNKNOWN"]}""")]
    [DataRow("""{"errors":[{"message":"A"}]}""")]
    [DataRow("""{"errors":[{"code":1,"detail":"A"}]}""")]
    [DataRow("""{"errors":[{"code":"MANIFEST_INVALID","detail":"A"}]}""")]
    [DataRow("""{"errors":[{"code":"BLOB_UNKNOWN","detail":"A"},{"code":"DENIED","detail":"B"}]}""")]
    [DataRow("""{"errors":[{"code":"BLOB_UNKNOWN","detail":"A"},{"code":"BLOB_UNKNOWN","detail":"one more"}]}""")]
    [DataRow("""{"errors":[{"code":"BLOB_UNKNOWN","detail":"sha256:12"}]}""")]
    [DataRow("""{"errors":[{"code":"BLOB_UNKNOWN","detail":"A"}]""")]
    public void AnythingElseSaysNothing(string body) => Assert.IsNull(Read(body.Replace("\"A", $"\"{s_a}", StringComparison.Ordinal)));

    [TestMethod]
    public void BytesOfAnyKindSayNothingOrDigests()
    {
        Random random = new(20);
        string body = $$"""{"errors":[{"code":"BLOB_UNKNOWN","detail":"{{s_a}}"},{"code":"BLOB_UNKNOWN","detail":"{{s_b}}"}]}""";
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(body);
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            IReadOnlySet<Digest>? missing = MissingContent.Read(bytes);
            Assert.IsTrue(missing is null or { Count: > 0 and <= 2 });
        }
    }

    private static IReadOnlySet<Digest>? Read(string body) => MissingContent.Read(Encoding.UTF8.GetBytes(body));
}
