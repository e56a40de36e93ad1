using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling;
using Airgap.Transfer.Pushing;
using CsCheck;

namespace Airgap.Transfer.Tests.Pulling;

[TestClass]
public sealed class PushedAndPulledTests : PullTestBase
{
    private static readonly Gen<string> s_name =
        Gen.OneOf(Gen.String[Gen.Char["ab.-_é😀 wh"], 1, 9], Gen.String[Gen.Char.AlphaNumeric, 90, 120])
        .Where(name => name is not ("." or "..") && !name.StartsWith(".wh.", StringComparison.Ordinal) && name.Trim() == name
            && !name.Any(char.IsSurrogate) && name != ".git");

    private static readonly Gen<Dictionary<string, byte[]>> s_files =
        Gen.Select(s_name.Array[1, 3].Select(segments => string.Join('/', segments)), Gen.Byte.Array[0, 2000]).Array[0, 8].Select(files =>
        {
            Dictionary<string, byte[]> result = [];
            foreach ((string path, byte[] content) in files)
            {
                // One name is either a file or a folder.
                if (!result.Keys.Any(other => other == path || other.StartsWith(path + "/", StringComparison.Ordinal)
                    || path.StartsWith(other + "/", StringComparison.Ordinal)))
                    result.Add(path, content);
            }

            return result;
        });

    [TestMethod]
    public void WhateverIsPushedIsPulled() => s_files.Sample(
        files =>
        {
            using TempFolder folder = new();
            Directory.CreateDirectory(folder["in"]);
            foreach ((string path, byte[] content) in files)
            {
                string full = Path.Combine(folder["in"], path);
                Directory.CreateDirectory(Path.GetDirectoryName(full)!);
                File.WriteAllBytes(full, content);
            }

            FakeRegistry registry = new();
            ImageReference reference = ImageReference.Parse("r.local/a:1");
            new Pusher(registry).PushAsync(new PushRequest { Inputs = [folder["in"]], Destination = reference }, Token)
                .GetAwaiter().GetResult();
            new Puller(registry).PullAsync(
                new PullRequest
                {
                    Source = new RelocationSource.Image(reference),
                    Output = folder["out"],
                    StateFolder = folder["state"]
                }, Token).GetAwaiter().GetResult();

            Dictionary<string, string> pulled = Directory.EnumerateFiles(folder["out"], "*", SearchOption.AllDirectories)
                .ToDictionary(path => Path.GetRelativePath(folder["out"], path), path => Convert.ToHexString(File.ReadAllBytes(path)));
            CollectionAssert.AreEquivalent(files.ToDictionary(file => file.Key, file => Convert.ToHexString(file.Value)), pulled);
            return true;
        },
        iter: 60,
        threads: 1);

    [TestMethod]
    [DataRow(false, "600", "644")]
    [DataRow(false, "700", "755")]
    [DataRow(false, "400", "444")]
    [DataRow(false, "640", "644")]
    [DataRow(true, "640", "640")]
    [DataRow(true, "750", "750")]
    [DataRow(true, "600", "644")]
    public async Task ModesComeOutAsImgpkgGivesThem(bool preserve, string packed, string unpacked)
    {
        Write("in/f");
        SetMode(Folder["in/f"], packed);
        ImageReference reference = ImageReference.Parse("r.local/a:1");
        await new Pusher(Registry).PushAsync(
            new PushRequest
            {
                Inputs = [Folder["in"]],
                Destination = reference,
                Layer = new LayerOptions { PreservePermissions = preserve }
            }, Token);
        await PullAsync(new RelocationSource.Image(reference));
        Assert.AreEqual(unpacked, ModeOf(Path.Combine(Output, "f")));
    }

    [TestMethod]
    public async Task SpecialBitsAreDropped()
    {
        Write("in/f");
        SetMode(Folder["in/f"], "4755");
        ImageReference reference = ImageReference.Parse("r.local/a:1");
        await new Pusher(Registry).PushAsync(
            new PushRequest
            {
                Inputs = [Folder["in"]],
                Destination = reference,
                Layer = new LayerOptions { PreservePermissions = true }
            }, Token);
        await PullAsync(new RelocationSource.Image(reference));
        Assert.AreEqual("755", ModeOf(Path.Combine(Output, "f")));
    }
}
