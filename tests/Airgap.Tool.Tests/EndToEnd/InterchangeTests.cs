using System.Diagnostics;
using System.Globalization;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Layouts;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>Archives of imgpkg's format and OCI layouts, turned into one another by the packed tool, and exchanged with skopeo.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class InterchangeTests
{
    private const string OciGzip = "application/vnd.oci.image.layer.v1.tar+gzip";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task AConvertedArchive_PassesThroughSkopeo_WithItsDigests()
    {
        await using Bench bench = await Bench.StartAsync(new());
        LayoutBuilder layout = new(bench.Folder["made"]);
        string image = layout.Image("app", OciGzip);
        string index = layout.Index([image, layout.Image("other", OciGzip)]);
        string bundle = layout.Bundle([$"registry.example/team/app@{layout.DigestOf(index)}"]);
        layout.Write([layout.Named(bundle, "registry.example/team/bundle:b1"), layout.Named(index, "registry.example/team/app:v7")]);

        // To imgpkg's format and to a layout's tar: skopeo takes each image out of ours by its tag.
        await SucceedAsync(bench, "copy", "--oci", "made", "--to-tar", "a.tar");
        await SucceedAsync(bench, "copy", "--tar", "a.tar", "--to-oci-tar", "b.tar");
        await SucceedAsync(bench, "copy", "--tar", "a.tar", "--to-oci", "b");
        string folder = bench.Folder.Path;
        foreach (string tag in (string[])["b1", "v7"])
        {
            (await Skopeo.CopyAsync($"oci-archive:{folder}/b.tar:{tag}", $"oci:{folder}/theirs:{tag}")).EnsureSuccess();
            (await Skopeo.CopyAsync($"oci:{folder}/b:{tag}", $"oci-archive:{folder}/{tag}.tar:{tag}")).EnsureSuccess();
        }

        (await Cli.RunAsync("tar", ["-cf", "theirs.tar", "-C", "theirs", "."], bench.Environment, folder)).EnsureSuccess();

        // Each command reads what skopeo wrote.
        string root = layout.DigestOf(bundle).ToString();
        string pinned = layout.DigestOf(index).ToString();
        foreach (string[] read in (string[][])[["--oci-tar", "theirs.tar"], ["--oci", "theirs"]])
        {
            await SucceedAsync(bench, ["verify", .. read]);
            string described = await SucceedAsync(bench, ["describe", .. read]);
            Assert.Contains(root, described);
            Assert.Contains(pinned, described);
        }

        foreach ((string archive, string repository, string tag, string digest) in ((string, string, string, string)[])[
            ("theirs.tar", "new/all", "b1", root), ("theirs.tar", "new/all", "v7", pinned), ("v7.tar", "new/index", "v7", pinned)])
        {
            await SucceedAsync(bench, "copy", "--oci-tar", archive, "--to-repo", $"{bench.Registry.Host}/{repository}");
            using RegistryContent content = RegistryContent.At(bench.Registry.Host);
            Assert.AreEqual(digest, (await content.ManifestAsync(repository, tag)).Digest);
            await content.AssertCompleteAsync(repository, tag);
        }

        // skopeo copied only the bundle without its images, and the error says so.
        CliResult lacking = await bench.RunAsync("copy", "--oci-tar", "b1.tar", "--to-repo", $"{bench.Registry.Host}/new/alone");
        Assert.AreEqual(0, lacking.ExitCode);
        Assert.Contains("AIRGAP2189", lacking.Error);
        Assert.Contains(pinned, lacking.Error);
        await AssertServedAsync(bench, root, pinned);
        await SucceedAsync(bench, "copy", "--oci-tar", "theirs.tar", "--to-tar", "c.tar");
        await SucceedAsync(bench, "copy", "--tar", "c.tar", "--to-oci-tar", "d.tar");
        Assert.AreEqual(root, Digest.Compute(System.Text.Encoding.UTF8.GetBytes(
            await Skopeo.InspectRawAsync($"oci-archive:{folder}/d.tar:b1"))).ToString());
    }

    private async Task AssertServedAsync(Bench bench, string root, string pinned)
    {
        using Process tool = bench.Start("serve", "--oci-tar", "theirs.tar=apps/it", "--listen", "127.0.0.1:0");
        Uri address = new((await tool.StandardOutput.ReadLineAsync(TestContext.CancellationToken))!);
        using (RegistryContent served = new(address))
        {
            Assert.AreEqual(root, (await served.ManifestAsync("apps/it", "b1")).Digest);
            Assert.AreEqual(pinned, (await served.ManifestAsync("apps/it", "v7")).Digest);
            await served.AssertCompleteAsync("apps/it", "v7");
        }

        (await Skopeo.CopyAsync($"docker://{address.Authority}/apps/it:v7", $"dir:{bench.Folder["pulled"]}")).EnsureSuccess();
        Assert.AreEqual(pinned, Digest.Compute(await File.ReadAllBytesAsync(
            bench.Folder["pulled/manifest.json"], TestContext.CancellationToken)).ToString());
        (await Cli.RunAsync("kill", ["-TERM", tool.Id.ToString(CultureInfo.InvariantCulture)])).EnsureSuccess();
        await tool.WaitForExitAsync(TestContext.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.CancellationToken);
        Assert.AreEqual(0, tool.ExitCode);
    }

    private static async Task<string> SucceedAsync(Bench bench, params string[] args)
    {
        CliResult result = await bench.RunAsync(args);
        Assert.AreEqual(0, result.ExitCode, $"{string.Join(' ', args)}: {result}");
        return result.Output;
    }
}
