using System.Text;
using Airgap.Oci;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Verifying;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>A bundle's statement has the form that cosign 3.1 reads; the verdicts are cosign's.</summary>
[TestClass]
public sealed class StatementFormTests
{
    private static readonly Digest s_image = Digest.Compute("the image"u8);

    [TestMethod]
    [DataRow("\"predicate\":{}", "\"predicate\":\"x\"", "'predicate' is not a JSON object")]
    [DataRow("\"predicate\":{}", "\"predicate\":{},\"expires\":1", "'expires' is not known")]
    [DataRow("[{\"digest\"", "[{\"more\":1,\"digest\"", "is not known")]
    [DataRow("[{\"digest\"", "[{\"name\":1,\"digest\"", "name' is not a text")]
    [DataRow("[{\"digest\"", "[{\"content\":\"Q\\nQ==\",\"digest\"", "content' is not base64")]
    [DataRow("\"digest\":{", "\"digest\":{\"sha1\":1,", "sha1' is not hex")]
    [DataRow("\"digest\":{", "\"digest\":{\"sha1\":null,", "sha1' is not hex")]
    [DataRow("\"digest\":{", "\"digest\":{\"sha1\":\"zz\",", "sha1' is not hex")]
    [DataRow("\"digest\":{", "\"digest\":{\"sha1\":\"abc\",", "sha1' is not hex")]
    [DataRow("}}],", "}},{\"digest\":{\"dirHash\":\"h1:zz=\"}}],", "dirHash' is not hex")]
    [DataRow("\"predicate\":{}", "\"predicate\":{\"a\":[\"\\ud800\"]}", "not Unicode")]
    [DataRow("\"predicate\":{}", "\"predicate\":{\"a\":[1e999]}", "too large")]
    public void ABundlesStatement_HasNothingThatOthersRefuse(string text, string changed, string why)
    {
        string statement = Changed(text, changed);

        Assert.Contains(why, Assert.ThrowsExactly<AirgapException>(() => Verify(statement)).Message);
    }

    [TestMethod]
    [DataRow("", "")]
    [DataRow(",\"predicate\":{}", "")]
    [DataRow("\"predicate\":{}", "\"predicate\":null")]
    [DataRow("\"predicate\":{}", "\"predicate\":{\"a\":[1.5,\"\\u0000\",{\"b\":null}]}")]
    [DataRow("[{\"digest\"", "[{\"name\":null,\"uri\":\"u\",\"content\":\"QQ==\",\"downloadLocation\":\"l\",\"mediaType\":\"m\",\"digest\"")]
    [DataRow("}}],", "}},{\"name\":\"b\"}],")]
    [DataRow("\"digest\":{", "\"digest\":{\"sha1\":\"AB\",\"x\":\"\",")]
    [DataRow("Statement/v1\"", "Statement/v0.1\"")]
    public void AStatementThatOthersRead_Counts(string text, string changed) => Verify(Changed(text, changed));

    [TestMethod]
    public void BytesThatAreNoText_AreRefused()
    {
        byte[] statement = Encoding.UTF8.GetBytes(Changed("\"predicate\":{}", "\"predicate\":{\"a\":\"?\"}"));
        statement[statement.AsSpan().LastIndexOf((byte)'?')] = 0xFF;

        Assert.Contains("not Unicode", Assert.ThrowsExactly<AirgapException>(() => Statement.Read(statement, inBundle: true)).Message);
    }

    /// <summary>cosign reads the statements of its older attestations less strictly.</summary>
    [TestMethod]
    public void AnOlderAttestation_MayHaveFurtherFields() => Assert.HasCount(
        1, Statement.Read(Encoding.UTF8.GetBytes(Changed("\"predicate\":{}", "\"predicate\":\"x\",\"more\":1")), inBundle: false).Subjects);

    [TestMethod]
    public void TheBase64OfABundle_HasNoEndsOfLines()
    {
        using SignedByTest signer = new();
        string bundle = Encoding.UTF8.GetString(signer.Bundle(SignedByTest.StatementOf(s_image)));

        Assert.Contains("is not base64", Assert.ThrowsExactly<AirgapException>(() => SigstoreBundle.Read(
            Encoding.UTF8.GetBytes(bundle.Replace("\"sig\":\"", "\"sig\":\"\\n", StringComparison.Ordinal)))).Message);
    }

    private static string Changed(string text, string changed)
    {
        string statement = SignedByTest.StatementOf(s_image);
        Assert.Contains(text, statement);
        return text.Length == 0 ? statement : statement.Replace(text, changed, StringComparison.Ordinal);
    }

    private static void Verify(string statement)
    {
        using SignedByTest signer = new();
        SignatureChecks.Bundle(signer.Bundle(statement), s_image, new SignatureDemand { AnyOf = [signer.Signer] }, DateTimeOffset.UtcNow);
    }
}
