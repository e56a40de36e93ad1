using System.Diagnostics;
using System.Globalization;
using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>
/// Monthly transfers by the packed tool: deltas, receipts, chains, and archives that are served in place.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class CrossingTests
{
    private const string Simple = Fixtures.Registry + "/user1/simple-app-bundle:v1.0.0";
    private const string Nested = Fixtures.Registry + "/user1/nested-bundle:v1.0.0";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task MonthAfterMonthOnlyTheChangeIsCarried()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await SucceedAsync(bench, "copy", "-b", Simple, "--to-tar", "january.tar");
        await SucceedAsync(bench, "copy", "-b", Nested, "--to-tar", "february.tar", "--base", "january.tar");
        int requests = bench.Registry.Requests.Count;
        await SucceedAsync(bench, "copy", "-b", Nested, "--to-tar", "full.tar");
        string[] all = BlobsSince(bench, requests);
        Assert.Contains("adds", await SucceedAsync(bench, "archive", "diff", "january.tar", "february.tar"));
        await SucceedAsync(bench, "archive", "merge", "january.tar", "february.tar", "--to-tar", "joined.tar");
        Assert.AreSequenceEqual(await BytesAsync(bench, "full.tar"), await BytesAsync(bench, "joined.tar"));

        // The base is not there yet: the error names the missing content and the set that contains it, and nothing is sent.
        string far = bench.Registry.Host;
        requests = bench.Registry.Requests.Count;
        CliResult refused = await bench.RunAsync("copy", "--tar", "february.tar", "--to-repo", $"{far}/far/nested");
        refused.AssertFailed("AIRGAP2110", "'january.tar' (set sha256:");
        Assert.IsEmpty(bench.Registry.Requests.Skip(requests).Where(request => request.Method is not ("GET" or "HEAD")));

        await SucceedAsync(bench, "copy", "--tar", "january.tar", "--to-repo", $"{far}/far/simple", "--receipt", "january.json");
        await SucceedAsync(bench, "copy", "--tar", "february.tar", "--to-repo", $"{far}/far/nested", "--mount-from", $"{far}/far/simple",
            "--receipt", "february.json", "--receipt-form", "short");
        await SucceedAsync(bench, "verify", "-b", $"{far}/far/nested:v1.0.0");
        await SucceedAsync(bench, "copy", "--tar", "february.tar", "--tar", "january.tar", "--to-repo", $"{far}/chain/nested");
        using (RegistryContent content = RegistryContent.At(far))
        {
            await content.AssertCompleteAsync("chain/nested", "v1.0.0");
            Assert.AreSequenceEqual(await content.TagsAsync("far/nested"), await content.TagsAsync("chain/nested"));
        }

        // A returned receipt, of either form, is the base of the next delta: no blob that it lists is fetched.
        foreach (string receipt in (string[])["january.json", "february.json"])
        {
            requests = bench.Registry.Requests.Count;
            await SucceedAsync(bench, "copy", "-b", Nested, "--to-oci-tar", $"{receipt}.tar", "--base", receipt);
            Assert.IsLessThan(new FileInfo(bench.Folder["full.tar"]).Length, new FileInfo(bench.Folder[$"{receipt}.tar"]).Length);
            string[] fetched = BlobsSince(bench, requests);
            Assert.HasCount(fetched.Length, fetched.Distinct().ToArray());
            TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{receipt}: {fetched.Length} of {all.Length} blobs"));
        }

        Assert.Contains("A delta: ",
            await SucceedAsync(bench, "copy", "-b", Nested, "--to-tar", "march.tar", "--base", $"{far}/far/nested"));
    }

    [TestMethod]
    public async Task WhateverLiesOnTheDiscsIsServedAsOneRegistryToWhoeverHasAPassword()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string[] names = ["simple-app-bundle", "nested-bundle", "index-bundle", "multi-image"];
        foreach (string name in names)
            File.Copy(Fixtures.Golden($"{name}.tar"), bench.Folder[$"{name}.tar"]);
        await SucceedAsync(bench, "copy", "--tar", "nested-bundle.tar", "--to-oci", "layout");
        await SucceedAsync(bench, "copy", "--tar", "multi-image.tar", "--to-oci-tar", "multi.oci.tar");
        await SucceedAsync(bench, "copy", "-b", Simple, "--to-tar", "delta.tar", "--base", "simple-app-bundle.tar");
        Directory.CreateDirectory(bench.Folder["disc1"]);
        Directory.CreateDirectory(bench.Folder["disc2"]);
        await SucceedAsync(bench, "archive", "split", "index-bundle.tar", "--volume-size", "40kB", "--output", "disc1");
        File.Move(bench.Folder["disc1/index-bundle.tar.002"], bench.Folder["disc2/index-bundle.tar.002"]);
        await File.WriteAllTextAsync(
            bench.Folder["users"], $"anna:{BCrypt.Net.BCrypt.HashPassword("of-anna", 4)}\n", TestContext.CancellationToken);

        string[] serve = ["serve", "--tar", "simple-app-bundle.tar=old", "--tar", "delta.tar=new/simple", "--tar", "disc1/index-bundle.tar",
            "--oci", "layout=team/nested", "--oci-tar", "multi.oci.tar=multi", "--prefix", "apps", "--listen", "127.0.0.1:0", "--host",
            "disc.cluster.example", "--tls-self-signed", "--htpasswd", "users"];
        CliResult lacking = await bench.RunAsync(serve);
        lacking.AssertFailed("AIRGAP2132", "index-bundle.tar.002");

        using Process tool = bench.Start([.. serve, "--parts-in", "disc2"]);
        Task<string> error = tool.StandardError.ReadToEndAsync(TestContext.CancellationToken);
        Uri address = new((await tool.StandardOutput.ReadLineAsync(TestContext.CancellationToken))!);
        Assert.AreEqual("https", address.Scheme);
        await File.WriteAllTextAsync(bench.Folder["ca.pem"], await AuthorityAsync(tool), TestContext.CancellationToken);
        string[] trusted = ["--registry-ca-cert-path", "ca.pem"];
        string[] anna = [.. trusted, "--registry-username", "anna", "--registry-password", "of-anna"];
        CliResult nobody = await bench.RunAsync(["verify", "-b", $"{address.Authority}/apps/old:v1.0.0", .. trusted]);
        Assert.AreEqual(1, nobody.ExitCode);
        foreach (string bundle in (string[])["old:v1.0.0", "new/simple:v1.0.0", "index-bundle:v1.0.0", "team/nested:v1.0.0"])
            await SucceedAsync(bench, ["verify", "-b", $"{address.Authority}/apps/{bundle}", .. anna]);
        await SucceedAsync(bench, ["verify", "-i", $"{address.Authority}/apps/multi:1.0.0", .. anna]);
        await SucceedAsync(bench, ["pull", "-b", $"{address.Authority}/apps/team/nested:v1.0.0", "-o", "pulled", "-r", .. anna]);
        Assert.IsTrue(File.Exists(bench.Folder["pulled/.imgpkg/images.yml"]));
        await SucceedAsync(bench, ["copy", "-b", $"{address.Authority}/apps/team/nested:v1.0.0", "--to-tar", "again.tar", .. anna]);

        (await Cli.RunAsync("kill", ["-TERM", tool.Id.ToString(CultureInfo.InvariantCulture)])).EnsureSuccess();
        await tool.WaitForExitAsync(TestContext.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.CancellationToken);
        Assert.AreEqual(0, tool.ExitCode);
        Assert.DoesNotContain("of-anna", await error);
    }

    private static string[] BlobsSince(Bench bench, int requests) =>
    [
        .. bench.Registry.Requests.Skip(requests).Where(request => request is { Method: "GET", Kind: RequestKind.BlobGet })
            .Select(request => request.Path),
    ];

    private async Task<string> AuthorityAsync(Process tool)
    {
        StringBuilder pem = new();
        while (await tool.StandardOutput.ReadLineAsync(TestContext.CancellationToken) is { } line)
        {
            pem.Append(line).Append('\n');
            if (line.StartsWith("-----END", StringComparison.Ordinal))
                break;
        }

        return pem.ToString();
    }

    private Task<byte[]> BytesAsync(Bench bench, string name) => File.ReadAllBytesAsync(bench.Folder[name], TestContext.CancellationToken);

    private static async Task<string> SucceedAsync(Bench bench, params string[] args)
    {
        CliResult result = await bench.RunAsync(args);
        Assert.AreEqual(0, result.ExitCode, $"{string.Join(' ', args)}: {result}");
        return result.Output;
    }
}
