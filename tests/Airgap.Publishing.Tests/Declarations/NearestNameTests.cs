using Airgap.Publishing.Declarations;
using CsCheck;

namespace Airgap.Publishing.Tests.Declarations;

[TestClass]
public sealed class NearestNameTests
{
    [TestMethod]
    [DataRow("Repositry", "Repository")]
    [DataRow("SecretNamspace", "SecretNamespace")]
    [DataRow("NameSpace", "Namespace")]
    [DataRow("SyncPeriode", "SyncPeriod")]
    public void ASlipFindsWhatWasMeant(string typed, string meant) =>
        Assert.AreEqual(meant, NearestName.Find(typed, MetadataNames.All));

    [TestMethod]
    public void ADistantName_IsNoTypo() => Assert.IsNull(NearestName.Find("CopyToOutputDirectory", MetadataNames.All));

    [TestMethod]
    public void ALetterTooManyAnywhereIsAlwaysFound() =>
        Gen.Select(Gen.Int[0, MetadataNames.All.Length - 1], Gen.Int[0, 8], Gen.Char['a', 'z']).Sample((index, at, letter) =>
        {
            string name = MetadataNames.All[index];
            Assert.AreEqual(name, NearestName.Find(name.Insert(Math.Min(at, name.Length), letter.ToString()), MetadataNames.All));
        });
}
