using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Pushing;

namespace Airgap.Transfer.Tests.Pushing;

/// <summary>Pushes that imgpkg refuses, without any request.</summary>
[TestClass]
public sealed class PushRefusalTests : IDisposable
{
    private const string Lock = "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages: []\n";

    private readonly TempFolder _folder = new();
    private readonly FakeRegistry _registry = new();

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task ABundleNeedsItsFolder()
    {
        Write("in/a.yml");
        AirgapException e = await RefusedAsync(ErrorCode.InvalidBundle, Bundle("in"));
        StringAssert.Contains(e.Message, "Expected one '.imgpkg' directory, got 0");
        StringAssert.Contains(e.Message, _folder["in"]);
    }

    [TestMethod]
    public async Task TwoBundlesAreNotPushedAsOne()
    {
        Write("one/.imgpkg/images.yml", Lock);
        Write("two/.imgpkg/other.yml");
        AirgapException e = await RefusedAsync(ErrorCode.InvalidBundle, Bundle("one", "two"));
        StringAssert.Contains(e.Message, $"got 2: {_folder["one/.imgpkg"]}, {_folder["two/.imgpkg"]}");
    }

    [TestMethod]
    public async Task ABundleInsideABundleIsNotPushedWithIt()
    {
        Write("in/.imgpkg/images.yml", Lock);
        Write("in/.imgpkg/bundles/x/.imgpkg/images.yml", Lock);
        await RefusedAsync(ErrorCode.InvalidBundle, Bundle("in"));
        PushRequest without = Bundle("in") with { Layer = new LayerOptions { Exclusions = [".git", ".imgpkg/bundles"] } };
        await new Pusher(_registry).PushAsync(without, TestContext.CancellationToken);
    }

    [TestMethod]
    [DataRow("in", "deep/.imgpkg/images.yml")]
    [DataRow("in/.imgpkg", ".imgpkg/images.yml")]
    [DataRow("in/.imgpkg/", ".imgpkg/images.yml")]
    public async Task TheFolderStandsDirectlyInAnInput(string input, string file)
    {
        Write("in/" + file, Lock);
        AirgapException e = await RefusedAsync(ErrorCode.InvalidBundle, Bundle(input));
        StringAssert.Contains(e.Message, "to be a direct child of one of");
    }

    [TestMethod]
    public async Task ImagesYmlMustBeThere()
    {
        Write("in/.imgpkg/bundle.yml");
        AirgapException e = await RefusedAsync(ErrorCode.InvalidBundle, Bundle("in"));
        StringAssert.Contains(e.Message, "expected .imgpkg/images.yml to exist");
    }

    [TestMethod]
    public async Task ImagesYmlMustBePackedToo()
    {
        Write("in/.imgpkg/images.yml", Lock);
        await RefusedAsync(ErrorCode.InvalidBundle, Bundle("in") with { Layer = new LayerOptions { Exclusions = [".imgpkg/images.yml"] } });
    }

    [TestMethod]
    [DataRow(ErrorCode.LockWithoutDigest, "images:\n- image: ubuntu:24.04\n", 4)]
    [DataRow(ErrorCode.InvalidLock, "images: []\nother: 1\n", 4)]
    public async Task ImagesYmlMustBeRight(ErrorCode code, string rest, int line)
    {
        Write("in/.imgpkg/images.yml", Lock.Replace("images: []\n", "", StringComparison.Ordinal) + rest);
        AirgapException e = await RefusedAsync(code, Bundle("in"));
        StringAssert.EndsWith(e.Location!.File, Path.Combine(".imgpkg", "images.yml"));
        Assert.AreEqual(line, e.Location.Line);
    }

    [TestMethod]
    public async Task ABundleIsNotPushedAsAnImage()
    {
        Write("in/.imgpkg/images.yml", Lock);
        AirgapException e = await RefusedAsync(ErrorCode.UnexpectedBundle, Bundle("in") with { IsBundle = false });
        StringAssert.Contains(e.Message, "consider using --bundle (-b) option");
    }

    [TestMethod]
    public async Task TheLabelOfBundlesIsReserved()
    {
        Write("in/.imgpkg/images.yml", Lock);
        AirgapException e = await RefusedAsync(
            ErrorCode.InvalidArgument, Bundle("in") with
            {
                Labels = ImmutableDictionary<string, string>.Empty.Add("dev.carvel.imgpkg.bundle", "true")
            });
        StringAssert.Contains(e.Message, "label 'dev.carvel.imgpkg.bundle' is reserved");
    }

    [TestMethod]
    public async Task OtherwiseTheSamePathComesFromOneInputOnly()
    {
        Write("in/.imgpkg/images.yml", Lock);
        Write("in/a");
        Write("a");
        await RefusedAsync(ErrorCode.ConflictingDestination, Bundle("in", "a"));
    }

    [TestMethod]
    public async Task ADigestIsNoDestination()
    {
        Write("in/a");
        await RefusedAsync(ErrorCode.InvalidReference,
            Bundle("in") with { Destination = ImageReference.Parse($"r.local/a@sha256:{new string('a', 64)}") });
    }

    [TestMethod]
    public async Task APushOfNothing_IsRefused() => await RefusedAsync(ErrorCode.InvalidArgument, Bundle());

    [TestMethod]
    public async Task AMissingInputIsTold() => await RefusedAsync(ErrorCode.FileNotFound, Bundle("none"));

    public void Dispose() => _folder.Dispose();

    private PushRequest Bundle(params string[] inputs) =>
        new() { Inputs = [.. inputs.Select(input => _folder[input])], Destination = ImageReference.Parse("r.local/a:1"), IsBundle = true };

    private async Task<AirgapException> RefusedAsync(ErrorCode code, PushRequest request)
    {
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new Pusher(_registry).PushAsync(request, TestContext.CancellationToken));
        Assert.AreEqual(code, e.Code, e.Message);
        Assert.IsTrue(_registry.Calls.IsEmpty);
        Assert.AreNotEqual("", e.Advice);
        return e;
    }

    private void Write(string path, string content = "")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.WriteAllText(_folder[path], content);
    }
}
