using System.Formats.Asn1;
using System.Text.Json;
using Airgap.Trust.Roots;
using Airgap.Trust.Tests.Cases;
using Airgap.Trust.Times;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>An authority's response (RFC 3161) proves a time if it grants one for exactly these bytes and contains nothing else.</summary>
[TestClass]
public sealed class TimestampTests
{
    private static readonly IReadOnlyList<Authority> s_authorities = TrustFixtures.TrustedRoot().TimestampAuthorities;
    private static readonly (byte[] Answer, byte[] Signature) s_bundle = ReadBundle();

    [TestMethod]
    [DataRow(0, true)]
    [DataRow(1, false)]
    [DataRow(2, false)]
    [DataRow(3, false)]
    [DataRow(4, false)]
    [DataRow(5, false)]
    [DataRow(-1, false)]
    [DataRow(128, false)]
    public void ItsStatus_GrantsOrDoesNot(int status, bool counts) =>
        Assert.AreEqual(counts, TimeOf(Answer(status, TokenOf(s_bundle.Answer))) is not null);

    [TestMethod]
    public void TheTokenAlone_TellsTheSameTime_WhereItStandsAlone()
    {
        byte[] token = TokenOf(s_bundle.Answer);

        Assert.AreEqual(TimeOf(s_bundle.Answer), TimeOf(token, isAnswer: false));
        Assert.IsNull(TimeOf(token));
        Assert.IsNull(TimeOf(s_bundle.Answer, isAnswer: false));
    }

    [TestMethod]
    public void AnAnswerWithoutAToken_WithMoreBehindIt_OrTooLong_TellsNone()
    {
        byte[] token = TokenOf(s_bundle.Answer);
        Assert.IsNotNull(TimeOf(s_bundle.Answer));

        Assert.IsNull(TimeOf(Answer(0, [])));
        Assert.IsNull(TimeOf([.. s_bundle.Answer, 5, 0]));
        Assert.IsNull(TimeOf([.. token, 5, 0], isAnswer: false));
        Assert.IsNull(TimeOf([]));
        Assert.IsNull(TimeOf(new byte[300 * 1024]));
        Assert.IsNull(TimeOf(s_bundle.Answer[..^1]));
    }

    [TestMethod]
    public void AStampOverOtherBytes_OrOfAnAuthorityThatMayNotStamp_TellsNone()
    {
        Assert.IsNull(TimestampToken.Verify(s_bundle.Answer, [1], s_authorities, isAnswer: true));
        Assert.IsNull(TimestampToken.Verify(s_bundle.Answer, s_bundle.Signature, TrustFixtures.TrustedRoot().Authorities, isAnswer: true));
        Assert.IsNull(TimestampToken.Verify(s_bundle.Answer, s_bundle.Signature, [], isAnswer: true));
    }

    [TestMethod]
    public void TheValidityOfTheAuthority_IncludesBothItsEnds()
    {
        DateTimeOffset time = TimeOf(s_bundle.Answer)!.Value;
        foreach ((Validity validity, bool counts) in new[]
        {
            (new Validity(time, time), true), (new Validity(time.AddSeconds(1), time.AddDays(1)), false),
            (new Validity(time.AddDays(-1), time.AddSeconds(-1)), false),
        })
        {
            Authority[] authorities = [.. s_authorities.Select(authority => authority with { Validity = validity })];
            Assert.AreEqual(counts, TimestampToken.Verify(s_bundle.Answer, s_bundle.Signature, authorities, isAnswer: true) is not null);
        }
    }

    private static DateTimeOffset? TimeOf(byte[] answer, bool isAnswer = true) =>
        TimestampToken.Verify(answer, s_bundle.Signature, s_authorities, isAnswer)?.Time;

    private static byte[] Answer(int status, byte[] token)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
                writer.WriteInteger(status);
            if (token.Length > 0)
                writer.WriteEncodedValue(token);
        }

        return writer.Encode();
    }

    private static byte[] TokenOf(byte[] answer)
    {
        AsnReader sequence = new AsnReader(answer, AsnEncodingRules.BER).ReadSequence();
        sequence.ReadSequence();
        return sequence.ReadEncodedValue().ToArray();
    }

    private static (byte[] Answer, byte[] Signature) ReadBundle()
    {
        using JsonDocument document =
            JsonDocument.Parse(TrustFixtures.Bytes("keyless/private/bundles/bundle-timestamp-only.sigstore.json"));
        JsonElement stamp = document.RootElement.GetProperty("verificationMaterial").GetProperty("timestampVerificationData")
            .GetProperty("rfc3161Timestamps")[0].GetProperty("signedTimestamp");
        JsonElement signature = document.RootElement.TryGetProperty("dsseEnvelope", out JsonElement envelope)
            ? envelope.GetProperty("signatures")[0].GetProperty("sig")
            : document.RootElement.GetProperty("messageSignature").GetProperty("signature");
        return (stamp.GetBytesFromBase64(), signature.GetBytesFromBase64());
    }
}
