using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Archives;

/// <summary>
/// The lock next to an archive that an earlier version wrote is read only if it belongs to the archive.
/// </summary>
[TestClass]
public sealed class ArchivedLockTests : RelocatorTestBase
{
    private static readonly string s_annotated = Path.Combine(Fixtures.Input("simple-app-bundle"), ".imgpkg", "images.yml");

    [TestMethod]
    public async Task IsReadWithAWarning()
    {
        using TempFolder folder = new();
        OldArchive(folder, lockAge: TimeSpan.Zero);
        TransferPlan plan = await PlanAsync(folder);
        Assert.AreEqual(ImagesLock.Read(await File.ReadAllBytesAsync(s_annotated, Token), "a").ToYaml(), plan.ImagesLock?.ToYaml());
        Assert.AreEqual(ErrorCode.LockBesideArchive, plan.Warnings.Single().Code);
        Assert.Contains(folder["a.tar.images.yml"], plan.Warnings.Single().Message);

        // A newly written archive contains the lock, and the file next to it is not needed.
        await CopyToRepositoryAsync(new RelocationSource.Archive(folder["a.tar"]), "dest.example/a");
        await CopyToArchiveAsync(new RelocationSource.Lock(s_annotated), folder["a.tar"]);
        plan = await PlanAsync(folder);
        Assert.IsNotNull(plan.ImagesLock);
        Assert.IsEmpty(plan.Warnings);
    }

    [TestMethod]
    [DataRow("older", "it is older than the archive")]
    [DataRow("of others", "it lists other images")]
    [DataRow("not a lock", "not an ImagesLock")]
    [DataRow("malformed", "not YAML")]
    public async Task ALockThatDoesNotFitItsArchive_IsNotBelieved(string how, string why)
    {
        using TempFolder folder = new();
        OldArchive(folder, how == "older" ? TimeSpan.FromMinutes(1) : TimeSpan.Zero);
        string? text = how switch
        {
            "of others" => "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n",
            "not a lock" => await File.ReadAllTextAsync(Fixtures.Golden("simple-app-bundle.bundle-lock.yml"), Token),
            "malformed" => "a: [",
            _ => null,
        };
        if (text is not null)
            await File.WriteAllTextAsync(folder["a.tar.images.yml"], text, Token);
        TransferPlan plan = await PlanAsync(folder);
        Assert.IsNull(plan.ImagesLock);
        Assert.AreEqual(ErrorCode.LockBesideArchiveIgnored, plan.Warnings.Single().Code);
        Assert.Contains(why, plan.Warnings.Single().Message);
    }

    [TestMethod]
    public async Task OfAnEarlierLockIsOutdatedByARunThatFindsTheArchiveWhole()
    {
        using TempFolder folder = new();
        OldArchive(folder, lockAge: TimeSpan.Zero);
        ImagesLock images = ImagesLock.Read(await File.ReadAllBytesAsync(s_annotated, Token), s_annotated);
        await File.WriteAllTextAsync(
            folder["plain.yml"], new ImagesLock([.. images.Images.Select(image => new LockedImage(image.Image))]).ToYaml(), Token);
        TransferResult resumed = await CopyToArchiveAsync(
            new RelocationSource.Lock(folder["plain.yml"]), folder["a.tar"], transfer: new TransferOptions { Resume = true });
        Assert.IsTrue(resumed.Items.All(item => item.Outcome == BlobOutcome.Present));
        Assert.IsNull((await PlanAsync(folder)).ImagesLock);
    }

    [TestMethod]
    public async Task OneThatWasChangedInsideIsRefused()
    {
        using TempFolder folder = new();
        await CopyToArchiveAsync(new RelocationSource.Lock(s_annotated), folder["a.tar"]);
        byte[] bytes = await File.ReadAllBytesAsync(folder["a.tar"], Token);
        int at = bytes.AsSpan().LastIndexOf("frontend"u8);
        bytes[at]++;
        await File.WriteAllBytesAsync(folder["a.tar"], bytes, Token);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PlanAsync(folder));
        Assert.AreEqual(ErrorCode.InvalidArchive, e.Code);
        Assert.Contains("the content of its airgap.json has the digest", e.Message);
    }

    [TestMethod]
    public async Task OneOfAnotherManifestIsRefused()
    {
        using TempFolder folder = new();
        await CopyToArchiveAsync(new RelocationSource.Lock(s_annotated), folder["a.tar"]);
        byte[] bytes = await File.ReadAllBytesAsync(folder["a.tar"], Token);
        int at = bytes.AsSpan().IndexOf("\"Tag\":\"\""u8);
        "\"tag\""u8.CopyTo(bytes.AsSpan(at));
        await File.WriteAllBytesAsync(folder["a.tar"], bytes, Token);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => PlanAsync(folder));
        Assert.Contains("its manifest.json has the digest", e.Message);
    }

    private static void OldArchive(TempFolder folder, TimeSpan lockAge)
    {
        DateTime written = DateTime.UtcNow.AddHours(-1);
        File.Copy(Fixtures.Golden("images-lock.tar"), folder["a.tar"]);
        File.SetLastWriteTimeUtc(folder["a.tar"], written);
        File.Copy(s_annotated, ArchivedLock.PathOf(folder["a.tar"]));
        File.SetLastWriteTimeUtc(ArchivedLock.PathOf(folder["a.tar"]), written - lockAge);
    }

    private Task<TransferPlan> PlanAsync(TempFolder folder) =>
        new Relocator(Registry).PlanAsync(new RelocationSource.Archive(folder["a.tar"]), new PlanOptions(), Token);
}
