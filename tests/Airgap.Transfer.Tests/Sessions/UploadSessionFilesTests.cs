using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.Transfer.Sessions;

namespace Airgap.Transfer.Tests.Sessions;

[TestClass]
public sealed class UploadSessionFilesTests
{
    private static readonly RepositoryName s_repository = RepositoryName.Parse("registry.example.com/apps/web");
    private static readonly Digest s_blob = Digest.Compute("blob"u8);
    private static readonly SavedUpload s_upload =
        new(new Uri("https://registry.example.com/v2/apps/web/blobs/uploads/1?_state=a%3D%3D"), 16777216);

    [TestMethod]
    public async Task ASession_IsFoundByTheNextRun()
    {
        using TempFolder folder = new();
        await SaveAsync(new UploadSessionFiles(folder["uploads"]));
        using IUploadSessionSlot? next = await OpenAsync(new UploadSessionFiles(folder["uploads"]));
        Assert.AreEqual(s_upload, next!.Saved);
    }

    [TestMethod]
    public async Task OnlyTheUserCanReadIt()
    {
        if (OperatingSystem.IsWindows())
            return;
        using TempFolder folder = new();
        await SaveAsync(new UploadSessionFiles(folder["uploads"]));
        string file = Directory.GetFiles(folder["uploads"]).Single();
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder["uploads"]));
    }

    [TestMethod]
    [DataRow(".lock")]
    [DataRow(".json")]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task ALinkInItsPlaceIsNotFollowed(string extension)
    {
        using TempFolder folder = new();
        await SaveAsync(new UploadSessionFiles(folder["uploads"]));
        string saved = Directory.GetFiles(folder["uploads"]).Single();
        File.Move(saved, folder["victim"]);
        string before = await File.ReadAllTextAsync(folder["victim"]);
        File.CreateSymbolicLink(Path.ChangeExtension(saved, extension), folder["victim"]);
        using IUploadSessionSlot? slot = await OpenAsync(new UploadSessionFiles(folder["uploads"]));
        Assert.IsNull(slot?.Saved);
        Assert.AreEqual(before, await File.ReadAllTextAsync(folder["victim"]));
    }

    [TestMethod]
    public async Task AFinishedUploadLeavesNothing()
    {
        using TempFolder folder = new();
        UploadSessionFiles files = new(folder["uploads"]);
        using (IUploadSessionSlot? slot = await OpenAsync(files))
        {
            await slot!.SaveAsync(s_upload, CancellationToken.None);
            slot.Clear();
        }

        Assert.IsEmpty(Directory.GetFiles(folder["uploads"]));
    }

    [TestMethod]
    public async Task ASecondUploadOfTheSameBlobDoesWithout()
    {
        using TempFolder folder = new();
        using IUploadSessionSlot? first = await OpenAsync(new UploadSessionFiles(folder["uploads"]));
        Assert.IsNotNull(first);
        Assert.IsNull(await OpenAsync(new UploadSessionFiles(folder["uploads"])));
        using IUploadSessionSlot? elsewhere = await new UploadSessionFiles(folder["uploads"]).OpenAsync(
            RepositoryName.Parse("other.example.com/apps/web"), s_blob, CancellationToken.None);
        Assert.IsNotNull(elsewhere);
        first.Dispose();
        using IUploadSessionSlot? second = await OpenAsync(new UploadSessionFiles(folder["uploads"]));
        Assert.IsNotNull(second);
    }

    [TestMethod]
    public async Task AnOldOneIsNoLongerAskedForAndGoes()
    {
        using TempFolder folder = new();
        await SaveAsync(new UploadSessionFiles(folder["uploads"]));
        Later later = new(UploadSessionFiles.MaxAge);
        using IUploadSessionSlot? next = await OpenAsync(new UploadSessionFiles(folder["uploads"], later));
        Assert.IsNull(next!.Saved);
        Assert.IsFalse(Directory.GetFiles(folder["uploads"]).Any(file => file.EndsWith(".json", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("{")]
    [DataRow("[]")]
    [DataRow("null")]
    [DataRow("""{"blob":1}""")]
    [DataRow("""{"blob":"registry.example.com/apps/other"}""")]
    public async Task AnUnreadableSession_IsNone(string content)
    {
        using TempFolder folder = new();
        UploadSessionFiles files = new(folder["uploads"]);
        await SaveAsync(files);
        await File.WriteAllTextAsync(Directory.GetFiles(folder["uploads"]).Single(), content);
        using IUploadSessionSlot? next = await OpenAsync(files);
        Assert.IsNull(next!.Saved);
    }

    [TestMethod]
    public async Task AFolderThatCannotBeMadeIsNoFailure()
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["uploads"], "a file");
        Assert.IsNull(await OpenAsync(new UploadSessionFiles(folder["uploads"])));
    }

    private static ValueTask<IUploadSessionSlot?> OpenAsync(UploadSessionFiles files) =>
        files.OpenAsync(s_repository, s_blob, CancellationToken.None);

    private static async Task SaveAsync(UploadSessionFiles files)
    {
        using IUploadSessionSlot? slot = await OpenAsync(files);
        await slot!.SaveAsync(s_upload, CancellationToken.None);
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + by;
    }
}
