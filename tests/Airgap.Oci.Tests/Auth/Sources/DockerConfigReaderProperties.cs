using System.Text;
using Airgap.Oci.Credentials.Docker;
using CsCheck;

namespace Airgap.Oci.Tests.Auth.Sources;

[TestClass]
public sealed class DockerConfigReaderProperties
{
    private static readonly string[] s_words =
        ["auths", "auth", "credHelpers", "credsStore", "username", "identitytoken", "https://", "YTpi", "\\ud800", "\\\"", "a/b"];

    private static readonly Gen<string> s_text = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 0, 6],
        Gen.Int[0, s_words.Length - 1].Select(i => s_words[i]));

    // JSON with valid names in wrong positions, sometimes truncated.
    private static Gen<string> Json(int depth) => depth == 0
        ? Gen.OneOf(Gen.Const("null"), Gen.Const("1"), Gen.Const("true"), s_text.Select(text => $"\"{text}\""))
        : Gen.OneOf(
            s_text.Select(text => $"\"{text}\""),
            Json(depth - 1).Array[0, 3].Select(items => $"[{string.Join(',', items)}]"),
            Gen.Select(s_text, Json(depth - 1)).Array[0, 4]
            .Select(pairs => $"{{{string.Join(",\n", pairs.Select(pair => $"\"{pair.Item1}\":{pair.Item2}"))}}}"));

    [TestMethod]
    public void AnyJsonIsReadOrRefusedByCode() => Gen.Select(Json(4), Gen.Int[0, 20]).Sample((json, cut) =>
        Check(Encoding.UTF8.GetBytes(cut == 0 && json.Length > 0 ? json[..^1] : json)));

    [TestMethod]
    public void AnyBytesAreReadOrRefusedByCode() =>
        Gen.Byte.Array.Sample(bytes => Check([.. "{\"auths\":{\""u8, .. bytes, .. "\":{}}}"u8]));

    [TestMethod]
    public void AnyDepthIsReadOrRefusedByCode() => Check(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))));

    private static void Check(byte[] content)
    {
        try
        {
            DockerConfig config = DockerConfigReader.Read(content, "config.json");
            foreach (DockerAuthEntry entry in config.Auths.Values)
                entry.ToCredential();
        }
        catch (AirgapException e)
        {
            Assert.AreEqual(ErrorCode.InvalidDockerConfig, e.Code);
            Assert.IsGreaterThan(0, e.Location!.Line);
            Assert.IsGreaterThan(0, e.Location.Column);
        }
    }
}
