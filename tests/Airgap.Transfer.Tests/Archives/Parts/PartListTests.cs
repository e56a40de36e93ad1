using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Archives.Parts;

namespace Airgap.Transfer.Tests.Archives.Parts;

/// <summary>A list that was changed, accidentally or on purpose, is refused.</summary>
[TestClass]
public sealed class PartListTests
{
    private static readonly PartList s_list = new(
    [
        .. Enumerable.Range(1, 3).Select(
            order => new PartEntry($"a.tar.00{order}", 10 * order, Digest.Compute([(byte)order]), Digest.Compute([1, (byte)order]))),
    ]);

    [TestMethod]
    public void AList_ReadsBack()
    {
        PartList read = PartList.Parse(s_list.ToJson(), "a.tar.parts.json");
        Assert.AreSequenceEqual(s_list.Parts, read.Parts);
        Assert.AreEqual(60, read.Size);
        Assert.AreEqual(s_list.Id, read.Id);
    }

    [TestMethod]
    [DataRow("a.tar.002", "../a.tar.002")]
    [DataRow("a.tar.002", "/etc/a.tar.002")]
    [DataRow("a.tar.002", @"..\\a.tar.002")]
    [DataRow("a.tar.002", "C:a.tar.002")]
    [DataRow("a.tar.002", "b.tar.002")]
    [DataRow("a.tar.002", "a.tar.003")]
    [DataRow("a.tar.002", "a.tar")]
    [DataRow("a.tar.002", "..")]
    [DataRow("a.tar.002", @"a.tar\n.002")]
    [DataRow("\"order\": 2", "\"order\": 1")]
    [DataRow("\"order\": 2", "\"order\": 3")]
    [DataRow("\"order\": 2", "\"order\": 2, \"order\": 2")]
    [DataRow("\"size\": 20", "\"size\": 0")]
    [DataRow("\"size\": 20", "\"size\": -20")]
    [DataRow("\"size\": 20", "\"size\": 21")]
    [DataRow("\"size\": 20", "\"size\": 9223372036854775807")]
    [DataRow("\"size\": 20", "\"size\": 99999999999999999999999")]
    [DataRow("\"size\": 20", "\"size\": \"20\"")]
    [DataRow("\"size\": 60", "\"size\": 61")]
    [DataRow("\"set\": \"sha256:", "\"set\": \"sha512:")]
    [DataRow("\"digest\"", "\"digest1\"")]
    [DataRow("\"parts\": [", "\"parts\": [[],")]
    [DataRow("\"version\": 1", "\"version\": 0")]
    [DataRow("}", "")]
    public void AChangedListIsRefused(string from, string to) =>
        AssertRefused(ErrorCode.InvalidPartList, Encoding.UTF8.GetString(s_list.ToJson()).Replace(from, to, StringComparison.Ordinal));

    [TestMethod]
    public void AnExchangedDigestIsRefused()
    {
        PartList changed = s_list with { Parts = s_list.Parts.SetItem(1, s_list.Parts[1] with { Digest = s_list.Parts[0].Digest }) };
        string id = s_list.Id.ToString();
        AssertRefused(ErrorCode.InvalidPartList,
            Encoding.UTF8.GetString(new PartList(changed.Parts).ToJson())
            .Replace(new PartList(changed.Parts).Id.ToString(), id, StringComparison.Ordinal));
    }

    [TestMethod]
    public void ANewerOneIsToldAsThat() =>
        AssertRefused(ErrorCode.NewerArchive,
            Encoding.UTF8.GetString(s_list.ToJson()).Replace("\"version\": 1", "\"version\": 2", StringComparison.Ordinal));

    [TestMethod]
    [DataRow("")]
    [DataRow("null")]
    [DataRow("[]")]
    [DataRow("{}")]
    [DataRow("{\"version\":1,\"set\":\"\",\"size\":0,\"parts\":[]}")]
    [DataRow("{\"version\":1,\"set\":\"\",\"size\":0,\"parts\":{}}")]
    [DataRow("{\"version\":1,\"set\":\"\",\"size\":0,\"parts\":[null]}")]
    [DataRow("\u0000\u0001")]
    public void AnInvalidList_IsRefused(string text) => AssertRefused(ErrorCode.InvalidPartList, text);

    [TestMethod]
    public void TooManyPartsAreRefused()
    {
        string many = string.Join(',', Enumerable.Repeat("{}", PartName.MostParts + 1));
        AssertRefused(ErrorCode.InvalidPartList, $$"""{"version":1,"set":"","size":0,"parts":[{{many}}]}""");
    }

    [TestMethod]
    public void WhateverBytesAreChangedNothingElseIsThrown()
    {
        byte[] json = s_list.ToJson();
        for (int seed = 1; seed <= 400; seed++)
        {
            Random random = new(seed);
            byte[] changed = [.. json];
            for (int i = random.Next(1, 4); i > 0; i--)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                PartList.Parse(changed, "x");
            }
            catch (AirgapException e)
            {
                Assert.IsTrue(e.Code is ErrorCode.InvalidPartList or ErrorCode.NewerArchive, $"seed {seed}");
            }
        }
    }

    [TestMethod]
    [DataRow(1, 1, "a.tar.001")]
    [DataRow(99, 99, "a.tar.099")]
    [DataRow(99, 100, "a.tar.0099")]
    [DataRow(9999, 9999, "a.tar.09999")]
    public void EveryNumberBeginsWithAZero(int order, int count, string name)
    {
        Assert.AreEqual(name, PartName.Of("a.tar", order, count));
        Assert.AreEqual(("a.tar", order), PartName.ArchiveOfPart(name));
    }

    private static void AssertRefused(ErrorCode code, string text) =>
        Assert.AreEqual(code, Assert.ThrowsExactly<AirgapException>(
            () => PartList.Parse(Encoding.UTF8.GetBytes(text), "a.tar.parts.json")).Code, text);
}
