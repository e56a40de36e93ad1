using Airgap.Oci;
using Airgap.Trust.Formats;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Tests.Signing;

/// <summary>A signature counts when it is old enough by a proven time.</summary>
[TestClass]
public sealed class AgedSignerTests
{
    private static readonly DateTimeOffset s_now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Evidence s_evidence = new() { Signed = SignedBytes.Of(new byte[1]), Signature = [1] };

    [TestMethod]
    [DataRow(48, true)]
    [DataRow(47, false)]
    [DataRow(-1, false)]
    public void ItsAge_Decides_ToTheHour(int hours, bool counts)
    {
        MinimumAgeSigner signer = new(new At(s_now.AddHours(-hours)), TimeSpan.FromHours(48));
        if (counts)
            Assert.AreEqual("somebody", signer.Verify(s_evidence, s_now).Signer);
        else
            Assert.AreEqual(ErrorCode.SignatureRejected,
                Assert.ThrowsExactly<AirgapException>(() => signer.Verify(s_evidence, s_now)).Code);
    }

    [TestMethod]
    public void WithoutATime_ItIsRefused_AndSaysSo()
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(
            () => new MinimumAgeSigner(new At(null), TimeSpan.FromHours(1)).Verify(s_evidence, s_now));

        Assert.AreEqual(ErrorCode.SignatureRejected, e.Code);
        Assert.Contains("its age is unknown", e.Message);
    }

    private sealed class At(DateTimeOffset? time) : Signer
    {
        public override string Name => "somebody";

        public override SignedBy Verify(Evidence evidence, DateTimeOffset now) => new(Name, null, time);
    }
}
