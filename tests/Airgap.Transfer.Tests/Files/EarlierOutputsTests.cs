using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Tests.Files;

[TestClass]
public sealed class EarlierOutputsTests
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    public async Task OnlyWhatTheRunLeftAsItWas_IsNamed()
    {
        foreach (string name in (string[])["same", "kept", "written", "same.sigstore.json"])
            File.WriteAllText(_folder[name], "before");
        Directory.CreateDirectory(_folder["empty"]);
        EarlierOutputs outputs = new();
        outputs.Note([_folder["same"], _folder["kept"], _folder["written"], _folder["none"], _folder["empty"], "bad\0path"]);
        await AtomicFile.WriteAsync(_folder["written"], "after!"u8.ToArray(), mode: null, CancellationToken.None);
        File.WriteAllText(_folder["none"], "new");

        Diagnostic warning = outputs.Find([_folder["kept"]], [])!;
        Assert.AreEqual(ErrorCode.EarlierOutput, warning.Code);
        Assert.AreEqual(
            $"'{_folder["same"]}', '{_folder["same.sigstore.json"]}' are from before this run, which failed and did not write them.",
            warning.Message);
        Assert.IsNull(outputs.Find([], [new Diagnostic(ErrorCode.BaseIsOutput, "An output is an input.", "")]));
        outputs.Clear();
        Assert.IsNull(outputs.Find([], []));
    }

    [TestMethod]
    public void ManyAreCounted()
    {
        string[] names = [.. Enumerable.Range(0, 6).Select(i => _folder[$"{i}"])];
        foreach (string name in names)
            File.WriteAllText(name, "");
        EarlierOutputs outputs = new();
        outputs.Note([.. names, .. names]);

        Assert.StartsWith($"'{names[0]}', '{names[1]}', '{names[2]}', '{names[3]}' and 2 more are from before", outputs.Find([], [])!.Message);
    }
}
