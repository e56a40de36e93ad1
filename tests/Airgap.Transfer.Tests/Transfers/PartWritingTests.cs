using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Transfers.Parts;
using Airgap.Transfer.Verifying;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Tests.Transfers;

/// <summary>An archive written in parts equals the archive written whole.</summary>
[TestClass]
public sealed class PartWritingTests : RelocatorTestBase
{
    [TestMethod]
    public async Task InPartsItIsTheSameToTheByte()
    {
        string[] bundles = ["nested-bundle", "index-bundle", "simple-app-bundle"];
        for (int seed = 1; seed <= 9; seed++)
        {
            using TempFolder folder = new();
            Random random = new(seed);
            string bundle = bundles[seed % bundles.Length];
            bool isLayout = seed % 2 == 0;
            RelocationDestination.Archive whole = To(folder["whole.tar"], null, isLayout);
            await CopyAsync(BundleSource(bundle), whole);
            byte[] expected = await File.ReadAllBytesAsync(whole.Path, Token);
            await CopyAsync(BundleSource(bundle), To(folder["a.tar"], random.Next(700, expected.Length + 1000), isLayout));

            Assert.AreSequenceEqual(expected, Joined(folder), $"seed {seed}");
            Schemas.AssertValid("parts", await File.ReadAllTextAsync(PartName.ListOf(folder["a.tar"]), Token));
            PartsVerification verdict = await new PartsVerifier(FoundList.FindBeside(folder["a.tar"], [])).VerifyAsync(Token);
            Assert.IsTrue(verdict.IsRight, $"seed {seed}");
            Assert.IsEmpty(Directory.GetFiles(folder.Path, "*partial*"));
        }
    }

    [TestMethod]
    public async Task APartHasItsNameBeforeTheLastByteOfTheOthersCame()
    {
        using TempFolder folder = new();
        EventDisk disk = new();
        // The bytes at the end wait for the first part.
        disk.BeforeWrite = (name, bytes) => bytes > 600 && name.Contains(".005.", StringComparison.Ordinal)
            ? disk.FirstRename.WaitAsync(TimeSpan.FromMinutes(2), Token) : Task.CompletedTask;
        await CopyAsync(BundleSource("nested-bundle"), To(folder["a.tar"], 22_000),
            transfer: new TransferOptions { Disk = disk, Concurrency = 1 });
        Assert.AreSequenceEqual(await File.ReadAllBytesAsync(Fixtures.Golden("nested-bundle.tar"), Token), Joined(folder));
    }

    [TestMethod]
    public async Task ARunThatFailedIsGoneOnWithWhereItStopped()
    {
        int all = 0;
        using (TempFolder folder = new())
        {
            EventDisk counting = new() { BeforeWrite = (_, bytes) => Task.FromResult(bytes > 600 ? Interlocked.Increment(ref all) : 0) };
            await CopyAsync(BundleSource("nested-bundle"), To(folder["a.tar"], 22_000),
                transfer: new TransferOptions { Disk = counting, Concurrency = 1 });
        }

        // In the manifests, among the layers, and at the last layer.
        foreach (int failing in (int[])[1, all / 2, all])
        {
            using TempFolder folder = new();
            int writes = 0;
            EventDisk broken = new();
            broken.BeforeWrite = (_, bytes) => bytes > 600 && Interlocked.Increment(ref writes) == failing
                ? throw new IOException("Input/output error", 5) : Task.CompletedTask;
            await Assert.ThrowsExactlyAsync<AirgapException>(
                () => CopyAsync(BundleSource("nested-bundle"), To(folder["a.tar"], 22_000),
                    transfer: new TransferOptions { Disk = broken, Concurrency = 1 }));
            Assert.IsFalse(File.Exists(folder["a.tar.parts.json"]));
            Assert.IsTrue((await ReadAsync(folder)).Code is ErrorCode.PartListMissing or ErrorCode.FileNotFound);

            TransferResult result = await CopyAsync(
                BundleSource("nested-bundle"), To(folder["a.tar"], 22_000), transfer: new TransferOptions
                {
                    Resume = true,
                    Concurrency = 1
                });
            Assert.AreSequenceEqual(
                await File.ReadAllBytesAsync(Fixtures.Golden("nested-bundle.tar"), Token), Joined(folder), $"{failing}");
            if (failing == all)
                Assert.Contains(BlobOutcome.Present, result.Blobs.Select(blob => blob.Outcome));
            Assert.IsEmpty(Directory.GetFiles(folder.Path, "*partial*"));
        }
    }

    [TestMethod]
    public async Task CompleteParts_AreLeftUnchanged()
    {
        using TempFolder folder = new();
        await CopyAsync(BundleSource("nested-bundle"), To(folder["a.tar"], 22_000));
        TransferResult result = await CopyAsync(
            BundleSource("nested-bundle"), To(folder["a.tar"], 22_000), transfer: new TransferOptions
            {
                Resume = true,
                Disk = new EventDisk { BeforeWrite = (_, _) => throw new IOException() }
            });
        Assert.IsTrue(result.Blobs.All(blob => blob.Outcome == BlobOutcome.Present));

        // With another part size it is written again, from the existing content.
        result = await CopyAsync(
            BundleSource("nested-bundle"), To(folder["a.tar"], 50_000), transfer: new TransferOptions { Resume = true });
        Assert.IsTrue(result.Blobs.All(blob => blob.Outcome == BlobOutcome.Present || blob.Descriptor.Size < 2000),
            string.Join(' ', result.Blobs));
        Assert.AreSequenceEqual(await File.ReadAllBytesAsync(Fixtures.Golden("nested-bundle.tar"), Token), Joined(folder));
    }

    [TestMethod]
    public async Task AnEarlierSetIsReadAsLongAsTheNewOneIsNotComplete()
    {
        using TempFolder folder = new();
        await CopyAsync(BundleSource("simple-app-bundle"), To(folder["a.tar"], 22_000));
        EventDisk broken = new() { FailsFlushOf = ".003.partial" };
        await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(BundleSource("nested-bundle"), To(folder["a.tar"], 22_000), transfer: new TransferOptions { Disk = broken }));
        Assert.AreSequenceEqual(await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"), Token), Joined(folder));
        await CopyToRepositoryAsync(new RelocationSource.Archive(folder["a.tar"]), "dest.example/apps/it");

        await CopyAsync(BundleSource("nested-bundle"), To(folder["a.tar"], 22_000), transfer: new TransferOptions { Resume = true });
        Assert.AreSequenceEqual(await File.ReadAllBytesAsync(Fixtures.Golden("nested-bundle.tar"), Token), Joined(folder));
        Assert.IsEmpty(Directory.GetFiles(folder.Path, "*partial*"));
    }

    [TestMethod]
    public async Task AWholeArchiveOfThatNameIsInTheWay()
    {
        using TempFolder folder = new();
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"]);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(BundleSource("nested-bundle"), To(folder["a.tar"], 22_000)));
        Assert.AreEqual(ErrorCode.PartInTheWay, e.Code);
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public async Task TwoRunsDoNotMeet()
    {
        using TempFolder folder = new();
        using PartsHolder held = PartsHolder.Take(folder["a.tar"], ArchiveDisk.System);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(BundleSource("nested-bundle"), To(folder["a.tar"], 22_000)));
        Assert.AreEqual(ErrorCode.ArchiveInUse, e.Code);
    }

    /// <summary>A signature stays with the bytes that it signs, and is removed with them.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task SignaturesOfWhatWasReplacedGoWithIt(bool inParts)
    {
        using TempFolder folder = new();
        await CopyAsync(BundleSource("nested-bundle"), To(folder["a.tar"], inParts ? 20_000 : null));
        string[] signed = [.. Directory.GetFiles(folder.Path).Where(path => !path.EndsWith(".sha256", StringComparison.Ordinal))];
        for (int i = 0; i < signed.Length; i++)
        {
            string hash = Digest.Compute(await File.ReadAllBytesAsync(signed[i], Token)).Hex;
            await File.WriteAllTextAsync(StaleSignature.PathOf(signed[i]), i % 2 == 0 ? Signature(hash) : Attestation(hash), Token);
        }

        string foreign = StaleSignature.PathOf(folder["a.tar.900"]);
        await File.WriteAllTextAsync(foreign, Signature(Digest.Compute([]).Hex), Token);
        await CopyAsync(BundleSource("nested-bundle"), To(folder["a.tar"], inParts ? 20_000 : null));
        Assert.IsTrue(signed.All(file => File.Exists(StaleSignature.PathOf(file))), "The bytes are the same.");

        string notOurs = StaleSignature.PathOf(signed[^1]);
        await File.WriteAllTextAsync(notOurs, "{\"mediaType\":\"text/plain\"}", Token);
        await CopyAsync(BundleSource("simple-app-bundle"), To(folder["a.tar"], inParts ? 40_000 : null));
        Assert.AreEqual(inParts, signed.Any(file => !File.Exists(file)), "Fewer parts than before.");
        CollectionAssert.AreEquivalent((string[])[foreign, notOurs], Directory.GetFiles(folder.Path, "*.sigstore.json"));

        await File.WriteAllTextAsync(notOurs, Signature(Digest.Compute([]).Hex), Token);
        await CopyAsync(BundleSource("nested-bundle"), To(folder["a.tar"], inParts ? 20_000 : null));
        CollectionAssert.AreEquivalent((string[])[foreign], Directory.GetFiles(folder.Path, "*.sigstore.json"));
    }

    private static string Signature(string hash) =>
        "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\",\"messageSignature\":{\"messageDigest\":"
        + $"{{\"algorithm\":\"SHA2_256\",\"digest\":\"{Convert.ToBase64String(Convert.FromHexString(hash))}\"}}}}}}";

    private static string Attestation(string hash)
    {
        byte[] statement = System.Text.Encoding.UTF8.GetBytes($"{{\"subject\":[{{\"name\":\"a\",\"digest\":{{\"sha256\":\"{hash}\"}}}}]}}");
        return "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\",\"dsseEnvelope\":{\"payload\":\""
            + Convert.ToBase64String(statement) + "\"}}";
    }

    private async Task<AirgapException> ReadAsync(TempFolder folder) =>
        await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToRepositoryAsync(new RelocationSource.Archive(folder["a.tar"]), "dest.example/apps/it"));

    private static byte[] Joined(TempFolder folder) =>
        [.. Directory.GetFiles(folder.Path, "a.tar.0*").Where(path => PartName.ArchiveOfPart(path) is not null)
            .Order(StringComparer.Ordinal).SelectMany(File.ReadAllBytes)];

    private static RelocationDestination.Archive To(string path, long? volumeSize, bool isLayout = false) =>
        new(path) { VolumeSize = volumeSize, Format = isLayout ? ArchiveFormat.LayoutTar : ArchiveFormat.Imgpkg };

    private sealed class EventDisk : ArchiveDisk
    {
        private readonly TaskCompletionSource _renamed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ConcurrentDictionary<SafeFileHandle, string> _names =
            new(ReferenceEqualityComparer.Instance as IEqualityComparer<SafeFileHandle>);

        public Func<string, int, Task> BeforeWrite { get; set; } = (_, _) => Task.CompletedTask;

        public string? FailsFlushOf { get; init; }

        public Task FirstRename => _renamed.Task;

        public override void SetLength(FileStream file, long length)
        {
            _names[file.SafeFileHandle] = file.Name;
            base.SetLength(file, length);
        }

        public override async ValueTask WriteAsync(
            SafeFileHandle file, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
        {
            await BeforeWrite(_names[file], bytes.Length);
            await base.WriteAsync(file, bytes, offset, cancellationToken);
        }

        public override void Flush(SafeFileHandle file, string name)
        {
            if (FailsFlushOf is not null && name.EndsWith(FailsFlushOf, StringComparison.Ordinal))
                throw new IOException("Input/output error", 5);
            base.Flush(file, name);
        }

        public override void Rename(string from, string to)
        {
            base.Rename(from, to);
            _renamed.TrySetResult();
        }
    }
}
