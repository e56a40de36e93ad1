using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>One file for several bundles and images, and several files that are one chain.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class OneFileTests
{
    private const string Simple = Fixtures.Registry + "/mirror/simple-app-bundle:v1.0.0";
    private const string Nested = Fixtures.Registry + "/mirror/nested-bundle:v1.0.0";
    private const string Multi = Fixtures.Registry + "/apps/multi:1.0.0";

    [TestMethod]
    public async Task SeveralShareALayoutAndEachGoesToItsOwnRepositoryWithAReceipt()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        string[] copy = ["copy", "-b", At(source, Nested), "-b", At(source, Simple), "-i", At(source, Multi), "-b", At(source, Simple),
            "--to-oci-tar", folder["all.tar"]];
        await InProcess.SucceedAsync(copy);
        byte[] written = await File.ReadAllBytesAsync(folder["all.tar"]);
        long alone = 0;
        foreach ((string flag, string item) in ((string, string)[])[("-b", Nested), ("-b", Simple), ("-i", Multi)])
        {
            await InProcess.SucceedAsync("copy", flag, At(source, item), "--to-oci-tar", folder["one.tar"]);
            alone += new FileInfo(folder["one.tar"]).Length;
        }

        Assert.IsLessThan(alone, written.Length, "layers that two have are there once");
        string[] names = [.. Names(await File.ReadAllBytesAsync(folder["all.tar"]))];
        Assert.AreSequenceEqual(names.Distinct().Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
        await InProcess.SucceedAsync("verify", "--oci-tar", folder["all.tar"]);
        await InProcess.SucceedAsync([.. copy, "--resume"]);
        Assert.AreSequenceEqual(written, await File.ReadAllBytesAsync(folder["all.tar"]));

        // An archive in imgpkg's format takes only one root; another layout takes all of them unchanged.
        Assert.Contains("AIRGAP2180", (await FailAsync("copy", "--oci-tar", folder["all.tar"], "--to-tar", folder["none.tar"])));
        Assert.IsFalse(File.Exists(folder["none.tar"]));
        await InProcess.SucceedAsync("copy", "--oci-tar", folder["all.tar"], "--to-oci-tar", folder["again.tar"]);
        Assert.AreSequenceEqual(written, await File.ReadAllBytesAsync(folder["again.tar"]));

        await InProcess.SucceedAsync(
            "copy", "--oci-tar", folder["all.tar"], "--receipt", folder["receipt.json"],
            "--map", $"nested-bundle={far.Host}/new/nested", "--map", $"simple-app-bundle:v1.0.0={far.Host}/new/simple", "--map",
            $"multi={far.Host}/new/multi");
        using RegistryContent content = RegistryContent.At(far.Host);
        await content.AssertCompleteAsync("new/nested", "v1.0.0");
        await content.AssertCompleteAsync("new/simple", "v1.0.0");
        await content.AssertCompleteAsync("new/multi", "1.0.0");
        using JsonDocument receipt = JsonDocument.Parse(await File.ReadAllBytesAsync(folder["receipt.json"]));
        JsonElement[] places = [.. receipt.RootElement.GetProperty("places").EnumerateArray()];
        Assert.AreSequenceEqual(
            ["nested", "simple", "multi"], places.Select(place => place.GetProperty("repository").GetString()!.Split('/')[^1]));
        Assert.IsTrue(places.All(place => place.GetProperty("digests").GetArrayLength() > 0));
        Assert.IsFalse(places.Any(place => place.TryGetProperty("sets", out JsonElement sets) && sets.GetArrayLength() > 0),
            "no place holds all of the set");

        // One receipt for all of them is the base of the next file.
        await InProcess.SucceedAsync([.. copy[..^1], folder["delta.tar"], "--base", folder["receipt.json"]]);
        Assert.IsLessThan(written.Length / 2, new FileInfo(folder["delta.tar"]).Length);
    }

    [TestMethod]
    public async Task OneBundleOfALayoutIsDescribedByItsName_AndTheAdviceSaysSo()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await InProcess.SucceedAsync(
            "copy", "-b", At(source, Nested), "-b", At(source, Simple), "-i", At(source, Multi), "--to-oci-tar", folder["all.tar"]);

        CliResult unclear = await InProcess.RunAsync(["describe", "--oci-tar", folder["all.tar"]]);
        Assert.Contains("does not say which of its", unclear.Error);
        Assert.Contains("name one of them with the archive (-b): ", unclear.Error);
        Assert.DoesNotContain("--to-tar", unclear.Error);
        // What the advice names works as written.
        string named = unclear.Error.Split("(-b): ")[1].Split(',', '\n')[0].Trim().TrimEnd('.');
        Assert.Contains("nested-bundle", named);
        Assert.Contains("Type: Bundle", await InProcess.SucceedAsync("describe", "--oci-tar", folder["all.tar"], "-b", named));

        string byName = await InProcess.SucceedAsync("describe", "--oci-tar", folder["all.tar"], "-b", "simple-app-bundle");
        await InProcess.SucceedAsync("copy", "-b", At(source, Simple), "--to-oci-tar", folder["simple.tar"]);
        // Images that two bundles pin stand where the first of them had them.
        Assert.AreEqual(
            await InProcess.SucceedAsync("describe", "--oci-tar", folder["simple.tar"]),
            byName.Replace("/nested-bundle@", "/simple-app-bundle@", StringComparison.Ordinal));
        Assert.Contains("AIRGAP2004", await FailAsync("describe", "--oci-tar", folder["all.tar"], "-b", "multi"));
        Assert.Contains("contains no 'other'", await FailAsync("describe", "--oci-tar", folder["all.tar"], "-b", "other"));
        Assert.Contains("(-b): ", await FailAsync("packages", "list", "--oci-tar", folder["all.tar"]));
        Assert.Contains(
            "simple-app.example.com",
            await InProcess.SucceedAsync("packages", "list", "--oci-tar", folder["all.tar"], "-b", "nested-bundle"));
    }

    [TestMethod]
    public async Task ABundleOfALockSharesALayoutAndAListOfImagesDoesNot()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        string digest = (await InProcess.SucceedAsync("tag", "resolve", "-i", At(source, Nested))).Trim();
        await File.WriteAllTextAsync(
            folder["bundle.yml"],
            $"apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: BundleLock\nbundle:\n  image: {digest}\n  tag: v1.0.0\n");
        await InProcess.SucceedAsync(
            "copy", "-b", At(source, Simple), "--lock", folder["bundle.yml"], "--to-oci-tar", folder["locked.tar"]);
        await InProcess.SucceedAsync("copy", "-b", At(source, Simple), "-b", At(source, Nested), "--to-oci-tar", folder["named.tar"]);
        Assert.AreSequenceEqual(
            Names(await File.ReadAllBytesAsync(folder["named.tar"])), Names(await File.ReadAllBytesAsync(folder["locked.tar"])));
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await InProcess.SucceedAsync(
            "copy", "--oci-tar", folder["locked.tar"], "--map", $"nested-bundle:v1.0.0={far.Host}/new/nested", "--map",
            $"simple-app-bundle:v1.0.0={far.Host}/new/simple");
        using RegistryContent content = RegistryContent.At(far.Host);
        await content.AssertCompleteAsync("new/nested", "v1.0.0");
        await content.AssertCompleteAsync("new/simple", "v1.0.0");

        await File.WriteAllTextAsync(
            folder["images.yml"], $"apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- image: {digest}\n");
        Assert.Contains("Unable to copy bundles using an Images Lock file",
            await FailAsync("copy", "-b", At(source, Simple), "--lock", folder["images.yml"], "--to-oci-tar", folder["none.tar"]));
        string image = (await InProcess.SucceedAsync("tag", "resolve", "-i", At(source, Multi))).Trim();
        await File.WriteAllTextAsync(
            folder["images.yml"], $"apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- image: {image}\n");
        Assert.Contains("AIRGAP2181",
            await FailAsync("copy", "-b", At(source, Simple), "--lock", folder["images.yml"], "--to-oci-tar", folder["none.tar"]));
        Assert.IsFalse(File.Exists(folder["none.tar"]));
    }

    [TestMethod]
    [DataRow("-b r.example/a:1 -b r.example/b:1 --to-tar none.tar", "AIRGAP2180", "--to-oci-tar")]
    [DataRow("-i r.example/a:1 -i r.example/b:1 --to-repo r.example/c", "AIRGAP2009", "OCI layout")]
    [DataRow("-b r.example/a:1 -i r.example/b:1 --to-tar none.tar", "AIRGAP2009", "--bundle (-b)")]
    [DataRow("-b r.example/a:1 --lock x.yml --to-repo r.example/c", "AIRGAP2009", "--bundle (-b)")]
    [DataRow("-b r.example/a:1 --lock x.yml --to-tar none.tar", "AIRGAP2009", "--bundle (-b)")]
    [DataRow("-b r.example/a:1 --lock x.yml --tar y.tar --to-oci-tar none.tar", "AIRGAP2009", "--bundle (-b)")]
    public async Task SeveralInputs_WithoutOneLayout_AreRefused(string line, string code, string word)
    {
        string error = await FailAsync(["copy", .. line.Split(' ')]);
        Assert.Contains(code, error);
        Assert.Contains(word, error);
    }

    [TestMethod]
    public async Task AChainIsImportedWithoutAJoinInAnyOrder()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await InProcess.SucceedAsync("copy", "-b", At(source, Simple), "--to-oci-tar", folder["first.tar"]);
        await InProcess.SucceedAsync("copy", "-b", At(source, Nested), "--to-tar", folder["second.tar"], "--base", folder["first.tar"]);
        await InProcess.SucceedAsync(
            "copy", "-b", At(source, Nested), "--to-tar", folder["third.tar"], "--base", folder["second.tar"], "--base",
            folder["first.tar"]);
        await InProcess.SucceedAsync("copy", "-b", At(source, Simple), "--to-tar", folder["full.tar"]);
        await File.WriteAllTextAsync(folder["file"], "something else");
        await InProcess.SucceedAsync("push", "-i", "registry.example/other/thing:1", "-f", folder["file"], "--to-tar", folder["other.tar"]);
        await InProcess.SucceedAsync("copy", "-b", At(source, Simple), "--to-tar", folder["delta.tar"], "--base", folder["full.tar"]);

        await InProcess.SucceedAsync(
            "copy", "--tar", folder["delta.tar"], "--tar", folder["full.tar"], "--to-repo", $"{far.Host}/new/simple",
            "--receipt", folder["receipt.json"]);
        using RegistryContent content = RegistryContent.At(far.Host);
        await content.AssertCompleteAsync("new/simple", "v1.0.0");
        foreach (string[] look in (string[][])[["describe"], ["verify"], ["pull", "-o", folder["pulled"]]])
        {
            CliResult looked = await InProcess.RunAsync([.. look, "--tar", folder["full.tar"], "--tar", folder["delta.tar"]]);
            Assert.AreEqual(0, looked.ExitCode, looked.ToString());
            Assert.DoesNotContain("AIRGAP2116", looked.Error, "together they are whole");
        }

        await InProcess.SucceedAsync(
            "copy", "--tar", folder["full.tar"], "--tar", folder["delta.tar"], "--to-oci-tar", folder["joined.tar"]);
        await InProcess.SucceedAsync("verify", "--oci-tar", folder["joined.tar"]);

        // An error names the content that none of them has, and the set that has it.
        string missing = await FailAsync(
            "copy", "--tar", folder["third.tar"], "--tar", folder["second.tar"], "--to-repo", $"{far.Host}/other/nested");
        Assert.Contains("AIRGAP2110", missing);
        Assert.Contains("'first.tar' (set sha256:", missing);
        Assert.Contains("AIRGAP2184",
            await FailAsync("copy", "--tar", folder["full.tar"], "--tar", folder["other.tar"], "--to-repo", $"{far.Host}/other/a"));
        string foreign = await FailAsync(
            "copy", "--tar", folder["delta.tar"], "--tar", folder["full.tar"], "--tar", folder["other.tar"], "--to-repo",
            $"{far.Host}/other/a");
        Assert.Contains("AIRGAP2184", foreign);
        Assert.Contains("other.tar' (set sha256:", foreign);
        File.Copy(folder["full.tar"], folder["copy.tar"]);
        Assert.Contains("the same archive",
            await FailAsync("copy", "--tar", folder["delta.tar"], "--tar", folder["full.tar"], "--tar", folder["copy.tar"], "--to-repo",
                $"{far.Host}/other/a"));
    }

    private static string At(RegistryFixture registry, string reference) => registry.Host + reference[Fixtures.Registry.Length..];

    private static List<string> Names(byte[] tar)
    {
        using System.Formats.Tar.TarReader reader = new(new MemoryStream(tar));
        List<string> names = [];
        while (reader.GetNextEntry() is { } entry)
            names.Add(entry.Name);
        return names;
    }

    private static async Task<string> FailAsync(params string[] args)
    {
        CliResult result = await InProcess.RunAsync(args);
        Assert.AreEqual(1, result.ExitCode, result.ToString());
        return result.Error;
    }
}
