using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Verifying;

/// <summary>
/// One bit of an archive is flipped, anywhere: an archive that <c>verify</c> accepts is imported, and right at the destination; one that
/// it refuses is refused by the import too, and both name the offset. AIRGAP_FLIPS sets the number of flips for each archive (default 100),
/// AIRGAP_FLIPS_SEED the seed.
/// </summary>
[TestClass]
public sealed class FlippedBitTests : RelocatorTestBase
{
    private const string Destination = "dest.example/apps/it";

    [TestMethod]
    [DataRow("simple-app-bundle.tar")]
    [DataRow("nested-bundle.tar")]
    [DataRow("index-bundle.tar")]
    [DataRow("signed-bundle.tar")]
    [DataRow("with a lock inside")]
    public async Task AFlippedBit_IsJudgedAlikeByVerifyAndCopy(string archive)
    {
        using TempFolder folder = new();
        string path = folder["a.tar"];
        if (archive.EndsWith(".tar", StringComparison.Ordinal))
            File.Copy(Fixtures.Golden(archive), path);
        else
            await CopyToArchiveAsync(
                new RelocationSource.Lock(Path.Combine(Fixtures.Input("simple-app-bundle"), ".imgpkg", "images.yml")), path);
        byte[] whole = await File.ReadAllBytesAsync(path, Token);
        await AgreeAsync(path, "nothing flipped", mustPass: true);

        int seed = Number("AIRGAP_FLIPS_SEED") ?? 1;
        Random random = new(seed);
        int passed = 0;
        int flips = Number("AIRGAP_FLIPS") ?? 100;
        for (int i = 0; i < flips; i++)
        {
            // Layers are the largest part, and all of their bits are alike: half of the flips are in headers and manifest.json.
            int at = i % 2 == 0 ? random.Next(whole.Length) : random.Next(Math.Min(whole.Length, 16 * 1024));
            int bit = random.Next(8);
            byte[] flipped = [.. whole];
            flipped[at] ^= (byte)(1 << bit);
            await File.WriteAllBytesAsync(path, flipped, Token);
            passed += await AgreeAsync(
                path, $"{archive}: bit {bit} of byte {at} (AIRGAP_FLIPS_SEED={seed}, flip {i})", mustPass: false) ? 1 : 0;
        }

        TestContext.WriteLine($"{archive}: {passed} of {flips} flips change nothing that counts.");
        Assert.IsLessThan(flips, passed, "Nothing was refused.");
    }

    private async Task<bool> AgreeAsync(string path, string what, bool mustPass)
    {
        FakeRegistry registry = new();
        RelocationSource source = new RelocationSource.Archive(path);
        VerificationResult verdict = await new Verifier(registry).VerifyAsync(source, Token);
        TransferResult? imported = null;
        AirgapException? refusal = null;
        try
        {
            Relocator relocator = new(registry);
            TransferPlan plan = await relocator.PlanAsync(
                source, new PlanOptions { Destination = RepositoryName.Parse(Destination) }, Token);
            imported = await relocator.RunAsync(
                plan, new RelocationDestination.Repository(RepositoryName.Parse(Destination)), new TransferOptions(), Token);
        }
        catch (AirgapException e)
        {
            refusal = e;
        }

        string problems = string.Join(" | ", verdict.Problems.Select(problem => $"{problem.Code}: {problem.Message}"));
        Assert.AreEqual(verdict.IsRight, refusal is null,
            $"{what}: verify says '{problems}', and copy '{refusal?.Code}: {refusal?.Message}'");
        Assert.IsTrue(verdict.IsRight || !mustPass, problems);
        if (refusal is not null)
        {
            Assert.IsTrue(verdict.Problems.Any(problem => problem.Code == refusal.Code),
                $"{what}: verify says '{problems}', and copy '{refusal.Code}: {refusal.Message}'");
            foreach (Diagnostic problem in verdict.Problems.Append(refusal.ToDiagnostic()))
                Assert.IsTrue(problem.Message.Contains(path, StringComparison.Ordinal) || problem.Location?.File == path
                    || problem.Digest is not null, $"{what}: '{problem.Message}' names no place");
            return false;
        }

        foreach (RelocatedItem item in imported!.Items)
        {
            ImageReference at = ImageReference.ByDigest(RepositoryName.Parse(Destination), item.Item.Digest);
            VerificationResult there = await new Verifier(registry).VerifyAsync(new RelocationSource.Image(at), Token);
            Assert.IsTrue(there.IsRight, $"{what}: {string.Join(" | ", there.Problems)}");
        }

        return true;
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;
}
