using System.Formats.Tar;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Archives.Deltas;

/// <summary>A delta in an OCI layout that was unpacked, so that it is a folder to which images can be added.</summary>
[TestClass]
public sealed class UnpackedDeltaTests : DeltaTestBase
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AnAddedImage_LeavesWhatIsRequired(bool isKilled)
    {
        DeltaBench bench = Start();
        using TempFolder folder = bench.Folder;
        ImageReference other = bench.Bundle("source.example/team/other", "v1", bench.Image("source.example/team/more", 7));
        await UnpackAsync(bench);
        DeltaNotes before = (await bench.NotesAsync("out"))!.Delta!;
        byte[] index = await bench.BytesAsync("out/index.json");
        await bench.ArchiveAsync(other, "out", ArchiveFormat.LayoutFolder);
        if (isKilled)
        {
            // A run that is killed between the two files is run again.
            await File.WriteAllBytesAsync(folder["out/index.json"], index, Token);
            await bench.ArchiveAsync(other, "out", ArchiveFormat.LayoutFolder);
        }

        DeltaNotes after = (await bench.NotesAsync("out"))!.Delta!;
        Assert.AreSequenceEqual(before.Required, after.Required);
        VerificationResult verdict = await VerifyAsync(bench, "out");
        Assert.IsTrue(verdict.IsRight, string.Join(' ', verdict.Problems));
        Assert.AreSequenceEqual(before.Required, verdict.Delta!.Required);
        await bench.ImportAsync("v1.tar", Far);
        await bench.ImportAsync("out", Far);
        Assert.Contains(_v2.Digest!.Value, bench.Registry.Get(Far).Manifests);
        Assert.Contains(other.Digest!.Value, bench.Registry.Get(Far).Manifests);
    }

    [TestMethod]
    public async Task TheAddedBase_FulfilsWhatIsRequired()
    {
        DeltaBench bench = Start();
        using TempFolder folder = bench.Folder;
        await UnpackAsync(bench);
        await bench.ArchiveAsync(_v1, "out", ArchiveFormat.LayoutFolder);
        Assert.IsNull(await bench.NotesAsync("out"));
        VerificationResult verdict = await VerifyAsync(bench, "out");
        Assert.IsTrue(verdict.IsRight, string.Join(' ', verdict.Problems));
        Assert.IsNull(verdict.Delta);
        await bench.ImportAsync("out", Far);
        Assert.Contains(_v2.Digest!.Value, bench.Registry.Get(Far).Manifests);
    }

    [TestMethod]
    public async Task WhatAnArchiveOfAChainLeavesBehind_IsTold()
    {
        DeltaBench bench = Start();
        using TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(_v1, "v1", ArchiveFormat.LayoutFolder);
        byte[] thing = "thing"u8.ToArray();
        Digest digest = Digest.Compute(thing);
        await File.WriteAllBytesAsync(folder[$"v1/blobs/sha256/{digest.Hex}"], thing, Token);
        string index = Encoding.UTF8.GetString(await bench.BytesAsync("v1/index.json"));
        await File.WriteAllTextAsync(folder["v1/index.json"], index.Replace("\"manifests\":[",
            $$"""
            "manifests":[{"mediaType":"application/vnd.corp.thing","digest":"{{digest}}","size":{{thing.Length}}},
            """, StringComparison.Ordinal), Token);
        await bench.ArchiveAsync(_v2, "v2.tar", bench.Base("v1"));
        VerificationResult verdict = await VerifyAsync(bench, "v2.tar", folder["v1"]);
        Assert.IsTrue(verdict.IsRight, string.Join(' ', verdict.Problems));
        Assert.AreEqual(ErrorCode.LayoutEntryLeft, verdict.Warnings.Single().Code);
    }

    private async Task UnpackAsync(DeltaBench bench)
    {
        await bench.ArchiveAsync(_v1, "v1.tar", ArchiveFormat.LayoutTar);
        await bench.ArchiveAsync(_v2, "v2.tar", ArchiveFormat.LayoutTar, bench.Base("v1.tar"));
        Directory.CreateDirectory(bench.Folder["out"]);
        await TarFile.ExtractToDirectoryAsync(bench.Folder["v2.tar"], bench.Folder["out"], overwriteFiles: false, Token);
    }

    private Task<VerificationResult> VerifyAsync(DeltaBench bench, string name, params string[] chain) =>
        new Verifier(bench.Registry).VerifyAsync(new RelocationSource.Archive(bench.Folder[name]) { Chain = [.. chain] }, Token);
}
