using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Creating;
using Airgap.Oci.Credentials;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>
/// Uploads of a small bundle are opened while the configs of its images are read. This costs no request, and whatever happens, no upload
/// stays open and everything arrives as without it.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class UploadsAheadTests : WireTestBase
{
    private const string Simple = "simple-app-bundle";
    private const string Nested = "nested-bundle";
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(2);
    private static readonly TransferOptions s_wide = new() { Concurrency = 32 };

    [TestMethod]
    [DataRow(Simple)]
    [DataRow(Nested)]
    [DataRow("index-bundle")]
    public async Task ItCostsNoRequest(string bundle)
    {
        string[] without = await RequestsAsync(isAhead: false);
        string[] with = await RequestsAsync(isAhead: true);

        CollectionAssert.AreEquivalent(without, with);

        async Task<string[]> RequestsAsync(bool isAhead)
        {
            await using RegistryPair pair = await RegistryPair.StartAsync();
            using RegistryClient client = Client(pair.Source);
            PlanOptions plan = new() { Concurrency = 32 };
            await (isAhead ? CopyAheadAsync(client, BundleSource(bundle), pair.To, plan, s_wide)
                : CopyAsync(client, BundleSource(bundle), pair.To, plan, s_wide));
            await AssertGoldenAsync(pair.Destination.Host, "apps/it", bundle);
            pair.AssertNothingOpen();
            // The address of an upload is random.
            return [.. pair.Source.Requests.Concat(pair.Destination.Requests.Where(request => request.Repository == "apps/it"))
                .Where(request => request.Method != "GET" || request.Reference.StartsWith("sha256:", StringComparison.Ordinal))
                .Select(request => $"{request.Method} {(request.Kind == RequestKind.UploadPut ? request.Query : request.PathAndQuery)}")];
        }
    }

    [TestMethod]
    public async Task TheyAreOpenedBesideTheConfigs()
    {
        await using RegistryPair pair = await RegistryPair.StartAsync();
        int posts = 0;
        TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Destination.OnRequest = (request, _) =>
        {
            if (request.Kind == RequestKind.UploadPost && Interlocked.Increment(ref posts) == 8)
                opened.SetResult();
            return null;
        };
        pair.OnConfig(_ => Fault.Delay(opened.Task.WaitAsync(s_long)));
        using RegistryClient client = Client(pair.Source);

        TransferResult result = await CopyAheadAsync(client, BundleSource(Simple), pair.To);

        Assert.IsTrue(result.Items.All(item => item.Outcome == BlobOutcome.Copied));
        await AssertGoldenAsync(pair.Destination.Host, "apps/it", Simple);
        pair.AssertNothingOpen();
    }

    /// <summary>What is still to be decided, or where little is saved.</summary>
    [TestMethod]
    [DataRow("not asked for")]
    [DataRow("creates repositories")]
    [DataRow("tags")]
    [DataRow("many blobs")]
    [DataRow("long blobs")]
    [DataRow("same registry")]
    [DataRow("missing image")]
    public async Task NoneIsOpenedBesideTheConfigs(string why)
    {
        await using RegistryPair pair = await RegistryPair.StartAsync();
        using RegistryClient client = Client(pair.Source);
        RelocationDestination to = why == "same registry" ? Repository(Fixtures.Registry, "apps/it") : pair.To;
        RelocationSource source = BundleSource(Simple);
        if (why == "tags")
            await CopyAsync(client, BundleSource("index-bundle"), to);
        if (why == "long blobs")
            source = await pair.PushBundleAsync(PlannedManifest.SmallBlob);
        TaskCompletionSource posted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isPlanned = false;
        pair.Source.OnRequest = pair.Destination.OnRequest = (request, _) =>
        {
            if (request.Kind == RequestKind.UploadPost && request.Repository == "apps/it" && !Volatile.Read(ref isPlanned))
                posted.TrySetResult();
            return why == "missing image" && request.Kind == RequestKind.ManifestGet && request.Repository == "apps/backend"
                ? Fault.Status(404) : null;
        };
        using RegistryClient creating = new(
            new RegistryOptions
            {
                RetryCount = 0,
                MapEndpoint = (host, port) => host == "registry.local" ? ("127.0.0.1", pair.Source.Port) : (host, port),
            },
            CredentialSources.CreateDefault(new CredentialOptions { Environment = new Dictionary<string, string>() }),
            new RepositoryCreation());
        UploadsAhead ahead = new();
        Relocator relocator = new(why == "creates repositories" ? creating : client);

        Task<TransferPlan> planning = relocator.PlanAsync(
            source, new PlanOptions
            {
                Destination = ((RelocationDestination.Repository)to).Name,
                Concurrency = why == "many blobs" ? 7 : 8,
                UploadsAhead = why == "not asked for" ? null : ahead,
            }, Token);
        if (why == "missing image")
        {
            await Assert.ThrowsExactlyAsync<AirgapException>(() => planning);
            // Waits for what was opened.
            await ahead.DisposeAsync();
            Assert.IsFalse(posted.Task.IsCompleted);
            return;
        }

        TransferPlan plan = await planning;
        foreach (PlannedBlob blob in plan.Blobs)
            Assert.IsNull(await ahead.FindAsync(blob.Descriptor.Digest, Token));
        await ahead.DisposeAsync();
        Assert.IsFalse(posted.Task.IsCompleted);
        Volatile.Write(ref isPlanned, true);
        await relocator.RunAsync(plan, to, new TransferOptions(), Token);
        pair.AssertNothingOpen();
    }

    [TestMethod]
    [DataRow("config", 404)]
    [DataRow("config", 500)]
    [DataRow("nested", 404)]
    public async Task AnImageThatCannotBeRead_LeavesNoUploadOpen(string what, int status)
    {
        await using RegistryPair pair = await RegistryPair.StartAsync();
        Task opened = pair.WhenOpened(3);
        if (what == "config")
            pair.OnConfig(_ => Fault.Delay(opened, Fault.Status(status)));
        else
            pair.Source.OnRequest = (request, _) => request.Kind == RequestKind.ManifestGet && request.Repository == "apps/frontend"
                ? Fault.Delay(opened, Fault.Status(status)) : null;
        using RegistryClient client = Client(pair.Source, retries: 0);

        await Assert.ThrowsExactlyAsync<AirgapException>(() =>
            CopyAheadAsync(client, BundleSource(what == "nested" ? Nested : Simple), pair.To, new() { Concurrency = 32 }));

        pair.AssertNothingOpen();
        Assert.IsEmpty(pair.Destination.Of(RequestKind.ManifestPut));
        Assert.IsEmpty(pair.Destination.Of(RequestKind.UploadPut));
        Assert.HasCount(
            pair.Destination.Of(RequestKind.UploadPost).Count, pair.Destination.Of(RequestKind.UploadDelete), "each is cancelled");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ACancelledRun_LeavesNoUploadOpen(bool beforeTheAnswers)
    {
        await using RegistryPair pair = await RegistryPair.StartAsync();
        using CancellationTokenSource cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        TaskCompletionSource never = new(), answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task opened = pair.WhenOpened(8, beforeTheAnswers ? answers.Task : Task.CompletedTask);
        pair.OnConfig(_ => Fault.Delay(never.Task));
        using RegistryClient client = Client(pair.Source);
        await using (UploadsAhead ahead = new())
        {
            Task<TransferPlan> planning = new Relocator(client).PlanAsync(
                BundleSource(Simple),
                new PlanOptions { Destination = pair.Name, UploadsAhead = ahead },
                cancellation.Token);
            await opened.WaitAsync(s_long);
            await cancellation.CancelAsync();
            try
            {
                await planning;
                Assert.Fail("It ended.");
            }
            catch (Exception e) when (e is OperationCanceledException or AirgapException { Code: ErrorCode.Canceled })
            {
                answers.SetResult();
            }
        }

        pair.AssertNothingOpen();
        Assert.HasCount(8, pair.Destination.Of(RequestKind.UploadDelete));
        Assert.IsEmpty(pair.Destination.Of(RequestKind.UploadPut));
    }

    /// <summary>A POST that fails says nothing: the upload is opened as without it.</summary>
    [TestMethod]
    [DataRow("400", 8)]
    [DataRow("401", 8)]
    [DataRow("403", 8)]
    [DataRow("404", 8)]
    [DataRow("429", 6)]
    [DataRow("500", 8)]
    [DataRow("503", 8)]
    [DataRow("drop", 8)]
    [DataRow("drop after", 8)]
    [DataRow("no address", 8)]
    public async Task APostThatFails_SaysNothing(string way, int failing)
    {
        await using RegistryPair pair = await RegistryPair.StartAsync();
        int posts = 0, configs = 0;
        TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.OnConfig(_ => Interlocked.Increment(ref configs) > 0 ? Fault.Delay(failed.Task.WaitAsync(s_long)) : null);
        ConcurrentDictionary<string, bool> seen = new();
        pair.Destination.OnRequest = (request, http) =>
        {
            if (request.Kind != RequestKind.UploadPost || failed.Task.IsCompleted)
                return null;
            // Both the mount and the plain POST that follows its refusal.
            if (request.Query.Length > 0 && !seen.TryAdd(request.Query, true))
                return null;
            if (request.Query.Length > 0 && Interlocked.Increment(ref posts) == 8)
                _ = Task.Run(failed.SetResult);
            return posts > failing ? null : way switch
            {
                "drop" => Fault.Drop(),
                "drop after" => Fault.DropAfter(),
                "no address" => Fault.Custom((context, registry) =>
                {
                    context.Response.StatusCode = 202;
                    return Task.CompletedTask;
                }),
                _ => Fault.Status(int.Parse(way, System.Globalization.CultureInfo.InvariantCulture), retryAfter: "0"),
            };
        };
        using RegistryClient client = Client(pair.Source);

        await CopyAheadAsync(client, BundleSource(Simple), pair.To);

        await AssertGoldenAsync(pair.Destination.Host, "apps/it", Simple);
        // The client cannot know the upload of an answer that was lost.
        if (way != "drop after")
            pair.AssertNothingOpen();
    }

    [TestMethod]
    public async Task ARegistryThatLimitsOpenUploads_GetsEverything()
    {
        await using RegistryPair pair = await RegistryPair.StartAsync();
        int open = 0, refused = 0;
        pair.Destination.OnRequest = (request, _) => request.Kind switch
        {
            RequestKind.UploadPost when Interlocked.Increment(ref open) > 5 && Interlocked.Decrement(ref open) > 0
                && Interlocked.Increment(ref refused) > 0 => Fault.Status(429, retryAfter: "0"),
            RequestKind.UploadPut or RequestKind.UploadDelete => Fault.Custom(async (context, registry) =>
            {
                await registry(context);
                Interlocked.Decrement(ref open);
            }),
            _ => null,
        };
        using RegistryClient client = Client(pair.Source, retries: 50);

        await CopyAheadAsync(client, BundleSource(Simple), pair.To);

        Assert.IsPositive(refused);
        await AssertGoldenAsync(pair.Destination.Host, "apps/it", Simple);
        pair.AssertNothingOpen();
    }

    /// <summary>An upload that has expired says nothing about the registry.</summary>
    [TestMethod]
    [DataRow(400)]
    [DataRow(403)]
    [DataRow(404)]
    [DataRow(410)]
    [DataRow(416)]
    [DataRow(500)]
    public async Task AnUploadThatExpired_IsOpenedAgain(int status)
    {
        await using RegistryPair pair = await RegistryPair.StartAsync();
        ConcurrentDictionary<string, bool> early = new();
        int expired = 0;
        TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.OnConfig(_ => Fault.Delay(opened.Task.WaitAsync(s_long)));
        pair.Destination.OnRequest = (request, _) =>
        {
            string digest = request.Query.Split('=', '&').FirstOrDefault(part => part.StartsWith("sha256", StringComparison.Ordinal)) ?? "";
            if (request.Kind == RequestKind.UploadPost && !opened.Task.IsCompleted && early.TryAdd(digest, true) && early.Count == 8)
                opened.TrySetResult();
            if (request.Kind != RequestKind.UploadPut || !early.TryUpdate(digest, false, true))
                return null;
            Interlocked.Increment(ref expired);
            return Fault.Status(status, """{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}""");
        };
        using RegistryClient client = Client(pair.Source);

        TransferResult result = await CopyAheadAsync(client, BundleSource(Simple), pair.To);

        Assert.AreEqual(8, expired);
        Assert.IsTrue(result.Items.All(item => item.Outcome == BlobOutcome.Copied));
        Assert.IsEmpty(pair.Destination.Of(RequestKind.UploadPatch), "one PUT stays the form");
        await AssertGoldenAsync(pair.Destination.Host, "apps/it", Simple);
        pair.AssertNothingOpen();
    }

    [TestMethod]
    public async Task ABlobThatTheRegistryHas_IsNotSent()
    {
        await using RegistryPair pair = await RegistryPair.StartAsync();
        using (RegistryClient first = Client(pair.Source))
            await CopyAsync(first, BundleSource(Simple), pair.To);
        string tags = Path.Combine(pair.Destination.Folder, "docker/registry/v2/repositories/apps/it/_manifests");
        Directory.Delete(tags, recursive: true);
        pair.Destination.Clear();
        using RegistryClient client = Client(pair.Source);

        TransferResult result = await CopyAheadAsync(client, BundleSource(Simple), pair.To);

        Assert.IsTrue(result.Blobs.All(blob => blob.Outcome == BlobOutcome.Present));
        Assert.IsEmpty(pair.Destination.Of(RequestKind.UploadPut));
        await AssertGoldenAsync(pair.Destination.Host, "apps/it", Simple);
        pair.AssertNothingOpen();
    }

    [TestMethod]
    public async Task AnUnusedOne_IsCancelled()
    {
        await using RegistryPair pair = await RegistryPair.StartAsync();
        using RegistryClient client = Client(pair.Source);
        RelocationDestination other = Repository(pair.Destination.Host, "apps/other");
        await using (UploadsAhead ahead = new())
        {
            TransferPlan plan = await new Relocator(client).PlanAsync(
                BundleSource(Simple),
                new PlanOptions { Destination = pair.Name, UploadsAhead = ahead }, Token);
            await new Relocator(client).RunAsync(plan, other, new TransferOptions(), Token);
        }

        await AssertGoldenAsync(pair.Destination.Host, "apps/other", Simple);
        Assert.HasCount(8, pair.Destination.Of(RequestKind.UploadDelete).Where(request => request.Repository == "apps/it"));
        pair.AssertNothingOpen();
    }
}
