using System.Diagnostics;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Publishing.Timelines;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests.Timelines;

[TestClass]
public sealed class TimelineRecorderTests
{
    private static readonly ActivitySource s_source = new("Airgap.Transfer");

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task ConcurrentSpans_NeverOverlapInARow(int seed)
    {
        using TempFolder folder = new();
        await TimelineRecorder.RecordAsync(folder["t.json"], "test", Fail, async () =>
        {
            TimelineRecorder.Current!.Confirm();
            Random random = new(seed);
            Task[] blobs = [.. Enumerable.Range(0, 40).Select(_ => (Pause: random.Next(3), Requests: random.Next(4))).Select(async plan =>
            {
                await Task.Delay(plan.Pause);
                using Activity? blob = s_source.StartActivity("blob");
                blob?.SetTag("airgap.digest", "sha256:" + new string('a', 64));
                for (int i = 0; i < plan.Requests; i++)
                {
                    using Activity? wait = s_source.StartActivity("wait");
                    await Task.Yield();
                }
            })];
            await Task.WhenAll(blobs);
            return 0;
        });

        Assert.AreEqual(40, PerfettoRules.AssertShown(folder["t.json"]).Count(each => IsOf(each, "blob")));
    }

    [TestMethod]
    public async Task AnArrow_LeadsFromTheLastArrivalItself_ToTheManifest()
    {
        using TempFolder folder = new();
        await TimelineRecorder.RecordAsync(folder["t.json"], "test", Fail, () =>
        {
            TimelineRecorder.Current!.Confirm();
            // The same content may arrive in several repositories.
            for (int i = 0; i < 2; i++)
            {
                using (Activity? blob = s_source.StartActivity("blob"))
                {
                    blob!.SetTag("airgap.digest", "sha256:" + new string('a', 64));
                    using Activity? request = s_source.StartActivity("wait");
                }

                using Activity? manifest = s_source.StartActivity("manifest");
                manifest!.SetTag("airgap.waited.for", "sha256:" + new string('a', 64));
                using Activity? put = s_source.StartActivity("wait");
            }

            using (Activity? manifest = s_source.StartActivity("manifest"))
                manifest!.SetTag("airgap.waited.for", "sha256:" + new string('b', 64));
            return Task.FromResult(0);
        });

        ILookup<string?, JsonElement> byPhase =
            PerfettoRules.AssertShown(folder["t.json"]).ToLookup(each => each.GetProperty("ph").GetString());
        Assert.HasCount(2, byPhase["s"]);
        Assert.HasCount(2, byPhase["f"], "nothing arrived for the last manifest");
    }

    [TestMethod]
    public async Task ASpanThatOutlivesItsParent_HasARowOfItsOwn()
    {
        using TempFolder folder = new();
        await TimelineRecorder.RecordAsync(folder["t.json"], "test", Fail, () =>
        {
            TimelineRecorder.Current!.Confirm();
            foreach (bool isParentFirst in new[] { true, false })
            {
                Activity blob = s_source.StartActivity("blob")!;
                Activity wait = s_source.StartActivity("wait")!;
                Thread.Sleep(2);
                DateTime now = DateTime.UtcNow;
                blob.SetEndTime(now);
                wait.SetEndTime(now.AddMilliseconds(1));
                (isParentFirst ? blob : wait).Dispose();
                (isParentFirst ? wait : blob).Dispose();
                Thread.Sleep(2);
            }

            return Task.FromResult(0);
        });

        JsonElement[] events = PerfettoRules.AssertShown(folder["t.json"]);
        Assert.AreEqual(4, events.Count(each => IsOf(each, "wait") || IsOf(each, "blob")));
    }

    [TestMethod]
    public async Task ATextOfARegistry_LeavesTheFileReadable()
    {
        using TempFolder folder = new();
        await TimelineRecorder.RecordAsync(folder["t.json"], "test", Fail, () =>
        {
            TimelineRecorder.Current!.Confirm();
            using Activity? blob = s_source.StartActivity("blob");
            blob!.SetStatus(ActivityStatusCode.Error, "the \"quota\" \U0001F600 is over, caf\u00e9\n\u0001");
            return Task.FromResult(0);
        });

        Assert.AreEqual(
            "the \"quota\" \uFFFD is over, caf\u00e9\n\u0001",
            PerfettoRules.AssertShown(folder["t.json"]).Single(each => IsOf(each, "blob"))
                .GetProperty("args").GetProperty("failure").GetString());
    }

    [TestMethod]
    public async Task TheGroupsHaveTheirPlaces()
    {
        using TempFolder folder = new();
        await TimelineRecorder.RecordAsync(folder["t.json"], "test", Fail, () =>
        {
            TimelineRecorder.Current!.Confirm();
            return Task.FromResult(0);
        });

        Assert.AreSequenceEqual(
            ["Phases", "Images", "Blobs", "Manifests", "Requests"],
            Events(folder["t.json"]).GroupBy(each => each.GetProperty("pid").GetInt32())
                .OrderBy(group => group.Single(each => each.GetProperty("name").GetString() == "process_sort_index")
                    .GetProperty("args").GetProperty("sort_index").GetInt32())
                .Select(group => group.Single(each => each.GetProperty("name").GetString() == "process_name")
                    .GetProperty("args").GetProperty("name").GetString()));
    }

    [TestMethod]
    public async Task AWaitKeepsItsRowUntilItsEnd_AndEachRowHasAName()
    {
        using TempFolder folder = new();
        await TimelineRecorder.RecordAsync(folder["t.json"], "test", Fail, () =>
        {
            TimelineRecorder.Current!.Confirm();
            using (Activity? wait = s_source.StartActivity("wait"))
                wait?.SetEndTime(wait.StartTimeUtc + TimeSpan.FromMinutes(1));
            using (s_source.StartActivity("request"))
            {
            }

            return Task.FromResult(0);
        });

        JsonElement[] events = Events(folder["t.json"]);
        (int, int) Row(JsonElement each) => (each.GetProperty("pid").GetInt32(), each.GetProperty("tid").GetInt32());
        Assert.AreNotEqual(Row(events.Single(each => IsOf(each, "wait"))), Row(events.Single(each => IsOf(each, "request"))));
        Assert.AreSequenceEqual(
            events.Where(each => each.GetProperty("ph").GetString() == "X").Select(Row).Order(),
            events.Where(each => each.GetProperty("name").GetString() == "thread_name").Select(Row).Order());
    }

    [TestMethod]
    public async Task TwoConcurrentRuns_HaveTheirOwnTimelines()
    {
        using TempFolder folder = new();
        await Task.WhenAll(Enumerable.Range(1, 2).Select(run => Task.Run(() =>
            TimelineRecorder.RecordAsync(folder[$"{run}.json"], $"run {run}", Fail, async () =>
            {
                TimelineRecorder.Current!.Confirm();
                for (int i = 0; i < run * 10; i++)
                {
                    using Activity? blob = s_source.StartActivity("blob");
                    await Task.Yield();
                }

                return 0;
            }))));

        Assert.AreEqual(10, Events(folder["1.json"]).Count(each => IsOf(each, "blob")));
        Assert.AreEqual(20, Events(folder["2.json"]).Count(each => IsOf(each, "blob")));
    }

    [TestMethod]
    public async Task AFailedRun_HasItsTimeline()
    {
        using TempFolder folder = new();
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() =>
            TimelineRecorder.RecordAsync<int>(folder["t.json"], "test", Fail, () =>
            {
                TimelineRecorder.Current!.Confirm();
                throw new InvalidOperationException();
            }));

        Assert.HasCount(1, Events(folder["t.json"]).Where(each => each.GetProperty("name").GetString() == "test"));
    }

    [TestMethod]
    public async Task AFileThatCannotBeRenamedAtTheEnd_IsAWarning_AndTheRunSucceeds()
    {
        using TempFolder folder = new();
        Diagnostic? warning = null;
        int result = await TimelineRecorder.RecordAsync(folder["t.json"], "test", problem => warning = problem, () =>
        {
            TimelineRecorder.Current!.Confirm();
            Directory.CreateDirectory(folder["t.json"]);
            return Task.FromResult(5);
        });

        Assert.AreEqual(5, result);
        Assert.AreEqual(ErrorCode.TimelineNotWritten, warning?.Code);
        Assert.IsEmpty(Directory.GetFiles(folder.Path), "nothing half-written is left");
    }

    [TestMethod]
    public async Task APlaceThatCannotBeWritten_IsRefusedBeforeTheRun()
    {
        using TempFolder folder = new();
        bool ran = false;
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() =>
            TimelineRecorder.RecordAsync(folder.Path, "test", Fail, () => Task.FromResult(ran = true)));

        Assert.AreEqual(ErrorCode.OutputUnsuited, refused.Code);
        Assert.IsFalse(ran);
    }

    [TestMethod]
    [DataRow(false, false)]
    [DataRow(false, true)]
    [DataRow(true, true)]
    public async Task WithoutPermission_NothingIsReplaced(bool confirms, bool refuses)
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["project.csproj"], "mine");

        await TimelineRecorder.RecordAsync(folder["project.csproj"], "test", Fail, () =>
        {
            if (refuses)
                TimelineRecorder.Current!.Refuse();
            if (confirms)
                TimelineRecorder.Current!.Confirm();
            return Task.FromResult(0);
        }, () => Assert.Fail("nothing was written"));

        Assert.AreEqual("mine", await File.ReadAllTextAsync(folder["project.csproj"]));
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public async Task TheSummary_KeepsTheSlowestImages_AndAddsWaits()
    {
        using TempFolder folder = new();
        TimelineModel? model = null;
        await TimelineRecorder.RecordAsync(folder["t.json"], "test", Fail, () =>
        {
            TimelineRecorder.Current!.Confirm();
            DateTime start = DateTime.UtcNow;
            for (int i = 1; i <= 30; i++)
            {
                using Activity? image = s_source.StartActivity("image");
                image!.SetTag("container.image.name", $"image{i}");
                image.SetStartTime(start);
                image.SetEndTime(start.AddSeconds(i));
            }

            using (Activity? wait = s_source.StartActivity("wait"))
                wait!.SetTag("airgap.wait.reason", "pause").SetStartTime(start).SetEndTime(start.AddSeconds(3));
            model = TimelineRecorder.Current!.Summarize();
            return Task.FromResult(0);
        });

        Assert.HasCount(25, model!.Images);
        Assert.AreEqual(5, model.OtherImages);
        Assert.DoesNotContain("image5", model.Images.Select(image => image.Name));
        Assert.AreEqual(("pause", TimeSpan.FromSeconds(3)), model.Waits.Single());
    }

    private static void Fail(Diagnostic warning) => Assert.Fail(warning.ToString());

    private static bool IsOf(JsonElement each, string category) =>
        each.TryGetProperty("cat", out JsonElement found) && found.GetString() == category && each.GetProperty("ph").GetString() == "X";

    private static JsonElement[] Events(string path) =>
        [.. JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.GetProperty("traceEvents").EnumerateArray()];
}
