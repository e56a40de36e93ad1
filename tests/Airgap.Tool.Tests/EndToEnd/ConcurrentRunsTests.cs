using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>Two processes with one destination.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ConcurrentRunsTests
{
    private const string Bundle = "registry.local:5055/user1/nested-bundle:v1.0.0";
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(2);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task OfTwoThatWriteAnArchive_TheSecondIsToldWhoTheFirstIs()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource go = new();
        bench.Registry.OnRequest = (request, _) =>
        {
            // The request of a layer: configs are read during planning, before the archive exists.
            if (request.Kind != RequestKind.BlobGet || !request.Reference.StartsWith("sha256:4989df8f", StringComparison.Ordinal))
                return null;
            reached.TrySetResult();
            return Fault.Stall(go.Task, afterBytes: 16);
        };
        using Process first = bench.Start("copy", "-b", Bundle, "--to-tar", "out.tar", "--registry-stall-timeout", "10m");
        Task<string> error = first.StandardError.ReadToEndAsync(TestContext.CancellationToken);
        await reached.Task.WaitAsync(s_long, TestContext.CancellationToken);

        // The first run locks its destination, not its source.
        bench.Registry.OnRequest = null;
        foreach (string[] flag in (string[][])[[], ["--resume"]])
        {
            CliResult second = await bench.RunAsync(["copy", "-b", Bundle, "--to-tar", "out.tar", .. flag]);
            second.AssertFailed("AIRGAP3012");
            Assert.DoesNotContain("Continue with", second.Error);
            Assert.Contains(string.Create(
                CultureInfo.InvariantCulture, $"process {first.Id} on {Environment.MachineName} since "), second.Error);
        }

        go.SetResult();
        await first.WaitForExitAsync(TestContext.CancellationToken).WaitAsync(s_long, TestContext.CancellationToken);
        Assert.AreEqual(0, first.ExitCode, await error);
        Assert.AreSequenceEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("nested-bundle.tar"), TestContext.CancellationToken),
            await File.ReadAllBytesAsync(bench.Folder["out.tar"], TestContext.CancellationToken));
        Assert.AreSequenceEqual(["out.tar"], Directory.GetFiles(bench.Folder.Path).Select(Path.GetFileName));
    }

    [TestMethod]
    public async Task OfTwoThatWriteToARepository_BothFinish_AndItIsRight()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();

        // No upload begins before both are about to upload the same blob.
        ConcurrentDictionary<string, int> posts = new();
        TaskCompletionSource both = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Registry.OnRequest = (request, _) =>
        {
            if (request.Kind != RequestKind.UploadPost)
                return null;
            if (posts.AddOrUpdate(request.Query, 1, (_, count) => count + 1) == 2)
                both.TrySetResult();
            return Fault.Delay(both.Task);
        };
        string[] command = ["copy", "-b", Bundle, "--to-repo", "final.local:5055/out", "--registry-response-header-timeout", "10m"];
        Task<CliResult>[] running = [bench.RunAsync(command), bench.RunAsync(command)];
        foreach (CliResult result in await Task.WhenAll(running))
            Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.IsTrue(both.Task.IsCompletedSuccessfully);

        (await bench.RunAsync("verify", "-b", "final.local:5055/out:v1.0.0")).EnsureSuccess();
        using RegistryContent content = RegistryContent.At(bench.Registry.Host);
        List<string> tags = [];
        foreach (string tag in await content.TagsAsync("out"))
            tags.Add($"{tag} {(await content.ManifestAsync("out", tag)).Digest}");
        Assert.AreSequenceEqual(
            await File.ReadAllLinesAsync(Fixtures.Golden("nested-bundle.mirror-tags.txt"), TestContext.CancellationToken),
            tags.Order(StringComparer.Ordinal).ToArray());
    }
}
