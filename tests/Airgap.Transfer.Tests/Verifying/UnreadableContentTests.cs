using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Verifying;

/// <summary>A disk that cannot be read in some places does not hide what else is wrong.</summary>
[TestClass]
public sealed class UnreadableContentTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task EachContentThatCannotBeRead_IsTold_BesideTheDamagedOnes()
    {
        using TempFolder folder = new();
        Relocator relocator = new(new FakeRegistry());
        await relocator.RunAsync(
            await relocator.PlanAsync(
                new RelocationSource.Archive(Fixtures.Golden("nested-bundle.tar")), new PlanOptions(), TestContext.CancellationToken),
            new RelocationDestination.Archive(folder["layout"]) { Format = ArchiveFormat.LayoutFolder }, new TransferOptions(),
            TestContext.CancellationToken);
        string[] blobs = [.. Directory.GetFiles(folder["layout/blobs/sha256"]).Order(StringComparer.Ordinal)];
        byte[] bytes = await File.ReadAllBytesAsync(blobs[^1], TestContext.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(blobs[^1], bytes, TestContext.CancellationToken);

        // A reader cannot open them, as with a disk that fails there.
        VerificationResult result;
        using (Locked(blobs[0]))
        using (Locked(blobs[1]))
        {
            result = await new Verifier(new FakeRegistry()).VerifyAsync(
                new RelocationSource.Archive(folder["layout"]), TestContext.CancellationToken);
        }

        Assert.IsFalse(result.IsRight);
        foreach (string unreadable in blobs[..2])
        {
            Diagnostic told = Assert.ContainsSingle(
                result.Problems.Where(problem => problem.Digest == $"sha256:{Path.GetFileName(unreadable)}"));
            Assert.AreEqual(ErrorCode.FileFailure, told.Code);
            Assert.Contains("cannot be read", told.Message);
        }

        Assert.AreEqual(ErrorCode.ArchiveDigestMismatch, Assert.ContainsSingle(
            result.Problems.Where(problem => problem.Digest == $"sha256:{Path.GetFileName(blobs[^1])}")).Code);
        Assert.HasCount(3, result.Problems);
    }

    private static FileStream Locked(string path) => new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
}
