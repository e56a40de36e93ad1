using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Archives.Deltas;

/// <summary>A delta contains the content that its base lacks.</summary>
[TestClass]
public sealed class DeltaTests : DeltaTestBase
{
    [TestMethod]
    public async Task ADelta_ContainsOnlyNewLayers_AndFetchesOnlyThem()
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(_v1, "v1.tar");
        bench.Registry.Calls.Clear();
        TransferResult result = await bench.ArchiveAsync(_v2, "v2.tar", bench.Base("v1.tar"));

        string[] fetched = bench.Fetched();
        Assert.Contains(DeltaBench.Layer(3).ToString(), fetched);
        Assert.DoesNotContain(DeltaBench.Layer(1).ToString(), fetched);
        Assert.DoesNotContain(DeltaBench.Layer(5).ToString(), fetched);
        ArchiveReader delta = await ArchiveReader.OpenAsync(folder["v2.tar"], Token);
        string[] entries = [.. delta.Entries.Select(entry => entry.Name)];
        Assert.Contains(ArchiveLayout.NameOf(DeltaBench.Layer(3)), entries);
        Assert.DoesNotContain(ArchiveLayout.NameOf(DeltaBench.Layer(1)), entries);
        DeltaNotes notes = (await bench.NotesAsync("v2.tar"))!.Delta!;
        Assert.AreSequenceEqual(new[] { DeltaBench.Layer(1), DeltaBench.Layer(5) }.Order(), notes.Required.Select(layer => layer.Digest));
        Assert.AreEqual("v1.tar", notes.Bases.Single().Name);
        Assert.AreEqual(_v1.ToString(), notes.Bases.Single().Roots.Single());
        Assert.AreEqual(2, result.Plan.Delta!.Required.Length);

        // The list of images equals that of the full archive, byte for byte.
        await bench.ArchiveAsync(_v2, "full.tar");
        Assert.AreEqual(
            await (await ArchiveReader.OpenAsync(folder["full.tar"], Token)).ReadListDigestAsync(Token),
            await delta.ReadListDigestAsync(Token));
    }

    [TestMethod]
    public async Task ADeltaWithoutNewContent_FetchesNoBlob()
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(_v1, "v1.tar");
        bench.Registry.Calls.Clear();
        await bench.ArchiveAsync(_v1, "again.tar", bench.Base("v1.tar"));
        Assert.IsEmpty(bench.Fetched());
        Assert.AreNotEqual((await bench.NotesAsync("again.tar"))!.Set, ArchiveNotes.SetOf((await bench.NotesAsync("again.tar"))!.Manifest));
    }

    [TestMethod]
    public async Task ADelta_NamesTheSetOfALayer_ThroughAnotherDelta()
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        ImageReference v3 = bench.Bundle(DeltaBench.Source, "v3", bench.Image("source.example/team/web", 1, 3, 4));
        await bench.ArchiveAsync(_v1, "v1.tar");
        await bench.ArchiveAsync(_v2, "v2.tar", bench.Base("v1.tar"));
        await bench.ArchiveAsync(v3, "v3.tar", bench.Base("v2.tar"));
        DeltaNotes notes = (await bench.NotesAsync("v3.tar"))!.Delta!;
        Assert.AreEqual("v1.tar", notes.BaseOf(notes.Required.Single(layer => layer.Digest == DeltaBench.Layer(1))).Name);
        Assert.AreEqual("v2.tar", notes.BaseOf(notes.Required.Single(layer => layer.Digest == DeltaBench.Layer(3))).Name);
        Assert.AreEqual((await bench.NotesAsync("v2.tar"))!.Set, notes.Bases.Single(known => known.Name == "v2.tar").Set);
    }

    [TestMethod]
    [DataRow(ArchiveFormat.Imgpkg)]
    [DataRow(ArchiveFormat.LayoutTar)]
    public async Task AnImportFindsWhatTheDestinationHas(object format)
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(_v1, "v1.tar", (ArchiveFormat)format);
        await bench.ArchiveAsync(_v2, "v2.tar", (ArchiveFormat)format, bench.Base("v1.tar"));
        await bench.ImportAsync("v1.tar", Far);
        TransferResult result = await bench.ImportAsync("v2.tar", Far);
        Assert.AreEqual(BlobOutcome.Present, result.Blobs.Single(blob => blob.Descriptor.Digest == DeltaBench.Layer(1)).Outcome);
        Assert.AreEqual(BlobOutcome.Copied, result.Blobs.Single(blob => blob.Descriptor.Digest == DeltaBench.Layer(3)).Outcome);
        Assert.AreEqual(_v2.Digest, bench.Registry.Get(Far).Tags["v2"]);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AMissingLayer_IsNamed_BeforeAnythingIsSent(bool keepsGoing)
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(_v1, "v1.tar");
        await bench.ArchiveAsync(_v2, "v2.tar", bench.Base("v1.tar"));
        bench.Registry.Calls.Clear();
        if (keepsGoing)
        {
            TransferResult partial = await bench.ImportAsync("v2.tar", Far, new TransferOptions { KeepGoing = true });
            Assert.IsFalse(partial.IsComplete);
            Assert.DoesNotContain("v2", bench.Registry.Get(Far).Tags.Keys);
            Assert.AreEqual(ErrorCode.DeltaLayersMissing, partial.Failures[0].Problem.Code);
            return;
        }

        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(() => bench.ImportAsync("v2.tar", Far));
        Assert.AreEqual(ErrorCode.DeltaLayersMissing, failure.Code);
        foreach (int layer in (int[])[1, 5])
            Assert.Contains(DeltaBench.Layer(layer).ToString(), failure.Message);
        Assert.Contains("'v1.tar' (set sha256:", failure.Message);
        Assert.Contains("source.example/team/db@sha256:", failure.Message);
        Assert.IsEmpty(bench.Registry.Calls.Where(call => call.StartsWith("push", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ABlobOfAnotherRepository_IsMounted(bool refusesMounts)
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(_v1, "v1.tar");
        await bench.ArchiveAsync(_v2, "v2.tar", bench.Base("v1.tar"));
        await bench.ImportAsync("v1.tar", "far.example/old/place");
        bench.Registry.RefuseMounts = refusesMounts;
        TransferResult result = await bench.ImportAsync(
            "v2.tar", Far, new TransferOptions { MountFrom = [RepositoryName.Parse("far.example/old/place")] });
        Assert.AreEqual(refusesMounts ? BlobOutcome.Copied : BlobOutcome.Mounted,
            result.Blobs.Single(blob => blob.Descriptor.Digest == DeltaBench.Layer(1)).Outcome);
        Assert.AreEqual(_v2.Digest, bench.Registry.Get(Far).Tags["v2"]);
    }

    [TestMethod]
    public async Task AFewRecordedRepositories_AndAllGivenOnes_AreChecked()
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(_v1, "v1.tar");
        await bench.ArchiveAsync(_v2, "v2.tar", bench.Base("v1.tar"));
        Relocator relocator = new(bench.Registry);
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Archive(folder["v2.tar"]), new PlanOptions { Destination = RepositoryName.Parse(Far) }, Token);
        DeltaNotes notes = plan.SourceDelta!;
        plan = plan with
        {
            SourceDelta = notes with { Bases = [.. notes.Bases.Select(known => known with { Repositories = Many("recorded", 300) })] }
        };
        bench.Registry.Calls.Clear();

        await Assert.ThrowsExactlyAsync<AirgapException>(
            () => relocator.RunAsync(
                plan, new RelocationDestination.Repository(RepositoryName.Parse(Far)), new TransferOptions
                {
                    MountFrom = Many("named", 20)
                }, Token));

        foreach (RequiredLayer layer in notes.Required)
        {
            Assert.AreEqual(16, bench.Registry.Calls.Count(
                call => call.StartsWith("has-blob far.example/recorded/", StringComparison.Ordinal)
                && call.EndsWith(layer.Digest.ToString(), StringComparison.Ordinal)));
            Assert.AreEqual(20, bench.Registry.Calls.Count(
                call => call.StartsWith("has-blob far.example/named/", StringComparison.Ordinal)
                && call.EndsWith(layer.Digest.ToString(), StringComparison.Ordinal)));
        }

        static ImmutableArray<RepositoryName> Many(string folder, int count) =>
            [.. Enumerable.Range(0, count).Select(i => RepositoryName.Parse($"far.example/{folder}/r{i}"))];
    }

    [TestMethod]
    public async Task ADelta_IsRefused_AsTheSourceOfAnArchive()
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(_v1, "v1.tar");
        await bench.ArchiveAsync(_v2, "v2.tar", bench.Base("v1.tar"));
        foreach (ArchiveFormat format in (ArchiveFormat[])[ArchiveFormat.LayoutTar, ArchiveFormat.LayoutFolder])
        {
            Relocator relocator = new(bench.Registry);
            TransferPlan plan = await relocator.PlanAsync(new RelocationSource.Archive(folder["v2.tar"]), new PlanOptions(), Token);
            AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(() =>
                relocator.RunAsync(plan, new RelocationDestination.Archive(folder["out"]) { Format = format },
                    new TransferOptions(), Token));
            Assert.AreEqual(ErrorCode.DeltaLayersMissing, failure.Code);
            Assert.IsFalse(Path.Exists(folder["out"]));
            Assert.IsEmpty(Directory.GetFiles(folder.Path, "out*"));
        }
    }

    [TestMethod]
    [DataRow("digest")]
    [DataRow("size")]
    [DataRow("list")]
    [DataRow("held")]
    public async Task AListThatWasChangedIsRefused(string change)
    {
        DeltaBench bench = Start();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(_v1, "v1.tar");
        await bench.ArchiveAsync(_v2, "v2.tar", bench.Base("v1.tar"));
        ArchiveReader reader = await ArchiveReader.OpenAsync(folder["v2.tar"], Token);
        ArchiveEntry entry = reader.Entries.Single(entry => entry.Name == ArchiveNotes.EntryName);
        byte[] tar = await bench.BytesAsync("v2.tar");
        string json = Encoding.UTF8.GetString(tar, (int)entry.Offset, (int)entry.Size);
        string content = json[(json.IndexOf("\"content\":", StringComparison.Ordinal) + 10)..^1];
        string changed = change switch
        {
            "digest" => content.Replace(DeltaBench.Layer(1).ToString(), DeltaBench.Layer(9).ToString(), StringComparison.Ordinal),
            "held" => content.Replace(DeltaBench.Layer(1).ToString(), DeltaBench.Layer(3).ToString(), StringComparison.Ordinal),
            "size" => System.Text.RegularExpressions.Regex.Replace(content, "\"size\":(\\d)(\\d+)", "\"size\":9$2"),
            _ => content,
        };

        // All changes but the first are made by a person who knows the format: the digest is valid.
        string made = $$"""{"version":2,"digest":"{{Digest.Compute(Encoding.UTF8.GetBytes(changed))}}","content":{{changed}}}""";
        if (change == "list")
            made = json.Replace("\"base\":0", "\"base\":1", StringComparison.Ordinal);
        Assert.AreEqual(json.Length, made.Length);
        Encoding.UTF8.GetBytes(made).CopyTo(tar, entry.Offset);
        await File.WriteAllBytesAsync(folder["v2.tar"], tar, Token);
        await bench.ImportAsync("v1.tar", Far);
        bench.Registry.Calls.Clear();
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(() => bench.ImportAsync("v2.tar", Far));
        Assert.IsTrue(failure.Code is ErrorCode.InvalidArchive or ErrorCode.ArchiveLayerMissing, failure.ToString());
        Assert.IsEmpty(bench.Registry.Calls.Where(call => call.StartsWith("push", StringComparison.Ordinal)));
    }
}
