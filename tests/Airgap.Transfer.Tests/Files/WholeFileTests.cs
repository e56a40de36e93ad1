using System.Text;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Archives.Receipts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Keeping;

namespace Airgap.Transfer.Tests.Files;

/// <summary>Documents that users name: files, pipes, and special files on a medium.</summary>
[TestClass]
public sealed class WholeFileTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void AFileIsReadToItsEnd_AndNoFurtherThanAsked()
    {
        using TempFolder folder = new();
        File.WriteAllBytes(folder["a"], [0xEF, 0xBB, 0xBF, 1, 2, 3]);

        Assert.AreSequenceEqual(new byte[] { 1, 2, 3 }, WholeFile.Read(folder["a"], 6, Invalid).ToArray());
        Assert.AreEqual("it has 6 bytes, but at most 5 are allowed",
            Assert.ThrowsExactly<InvalidOperationException>(() => WholeFile.Read(folder["a"], 5, Fail)).Message);
        Assert.AreEqual(2, WholeFile.ReadBeginning(folder["a"], 2).Length);
        Assert.AreEqual(6, WholeFile.ReadBeginning(folder["a"], 512).Length);
        Assert.AreEqual(ErrorCode.FileNotFound, Assert.ThrowsExactly<AirgapException>(() => WholeFile.Read(folder["b"], 5, Invalid)).Code);
    }

    [TestMethod]
    public void Utf16_IsReadByItsMark_AndNamedWithoutOne()
    {
        using TempFolder folder = new();
        const string Text = "{\"a\":\"\ud83d\ude00\"}";
        foreach (Encoding encoding in new Encoding[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            File.WriteAllText(folder["a"], Text, encoding);
            Assert.AreEqual(Text, Encoding.UTF8.GetString(WholeFile.Read(folder["a"], 100, Invalid).Span));
            // Any number of bytes returns whole characters.
            for (int most = 2; most < 32; most++)
                Assert.StartsWith(Encoding.UTF8.GetString(WholeFile.ReadBeginning(folder["a"], most).Span), Text);
            File.WriteAllBytes(folder["a"], encoding.GetBytes(Text));
            Assert.AreEqual("it is UTF-16 without a byte order mark: save it as UTF-8",
                Assert.ThrowsExactly<InvalidOperationException>(() => WholeFile.Read(folder["a"], 100, Fail)).Message);
        }

        // Half of a surrogate pair is not text.
        File.WriteAllBytes(folder["a"], [0xFF, 0xFE, 0x3D, 0xD8]);
        Assert.AreEqual(4, WholeFile.Read(folder["a"], 100, Invalid).Length);
    }

    [TestMethod]
    [Timeout(30_000)]
    public async Task APipeIsReadOnce()
    {
        if (OperatingSystem.IsWindows())
            return;
        Assert.AreSequenceEqual(
            new byte[100_000], await ThroughPipeAsync(new byte[100_000], path => WholeFile.Read(path, 100_000, Invalid).ToArray()));
        Assert.AreEqual(ErrorCode.InvalidReceipt,
            await ThroughPipeAsync("{}"u8.ToArray(), path => Assert.ThrowsExactly<AirgapException>(() => ReceiptJson.Read(path)).Code));
        Assert.AreEqual(ErrorCode.InvalidPrunePlan,
            await ThroughPipeAsync("{}"u8.ToArray(), path => Assert.ThrowsExactly<AirgapException>(() => PrunePlanFile.Read(path)).Code));
        Assert.AreEqual(ErrorCode.FileFailure,
            await ThroughPipeAsync("{}"u8.ToArray(),
                path => Assert.ThrowsExactly<AirgapException>(() => WholeFile.ReadBeginning(path, 512)).Code));
    }

    [TestMethod]
    [Timeout(30_000)]
    public void AListOfPartsIsAFile()
    {
        if (OperatingSystem.IsWindows())
            return;
        using TempFolder folder = new();
        SpecialFiles.MakePipe(folder["a.tar.parts.json"]);
        File.CreateSymbolicLink(folder["b.tar.parts.json"], "/dev/zero");

        Assert.AreEqual(ErrorCode.InvalidPartList,
            Assert.ThrowsExactly<AirgapException>(() => PartList.Read(folder["a.tar.parts.json"])).Code);
        Assert.AreEqual(ErrorCode.InvalidPartList,
            Assert.ThrowsExactly<AirgapException>(() => PartList.Read(folder["b.tar.parts.json"])).Code);
    }

    private async Task<T> ThroughPipeAsync<T>(byte[] bytes, Func<string, T> read)
    {
        using TempFolder folder = new();
        SpecialFiles.MakePipe(folder["pipe"]);
        Task write = Task.Run(
            () =>
            {
                try
                {
                    using FileStream pipe = new(folder["pipe"], FileMode.Open, FileAccess.Write);
                    pipe.Write(bytes);
                }
                catch (IOException)
                {
                    // The reader may end first.
                }
            },
            TestContext.CancellationToken);
        T result = await Task.Run(() => read(folder["pipe"]), TestContext.CancellationToken);
        await write;
        return result;
    }

    private static AirgapException Invalid(string why) => new(ErrorCode.InvalidReceipt, why, "");

    private static AirgapException Fail(string why) => throw new InvalidOperationException(why);
}
