using System.Text;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Tests.Archives;

/// <summary>A manifest.json of gigabytes, in a sparse file.</summary>
[TestClass]
public sealed class HugeManifestTests
{
    private const long FourGiB = 4L * 1024 * 1024 * 1024;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("[{\"ImageIndex\":null,\"Image\":{\"Refs\":[\"", "takes more than 64 MiB", DisplayName = "one endless text")]
    [DataRow("[", "malformed", DisplayName = "nothing but NULs")]
    public async Task IsRefusedInLittleMemory(string beginning, string expected)
    {
        using TempFolder folder = new();
        using (SafeFileHandle file = File.OpenHandle(folder["huge.tar"], FileMode.CreateNew, FileAccess.Write))
        {
            byte[] header = ArchiveLayout.HeaderOf(ArchiveLayout.ManifestName, FourGiB);
            RandomAccess.Write(file, header, 0);
            // Text without control characters, as far as any reader gets.
            byte[] text = Encoding.ASCII.GetBytes(beginning + (beginning.Length > 1 ? new string('x', 80 * 1024 * 1024) : ""));
            RandomAccess.Write(file, text, header.Length);
            RandomAccess.SetLength(file, header.Length + FourGiB + 1024);
        }

        ArchiveReader archive = await ArchiveReader.OpenAsync(folder["huge.tar"], TestContext.CancellationToken);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(async () =>
        {
            await foreach (ArchivedItem _ in archive.ReadItemsAsync(false, failures: null, TestContext.CancellationToken))
            {
            }
        });

        Assert.AreEqual(ErrorCode.InvalidArchive, e.Code);
        Assert.Contains(expected, e.Message);
    }
}
