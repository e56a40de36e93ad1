using Airgap.Oci.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Tests;

/// <summary>A disk whose flushes fail.</summary>
internal sealed class FailingDisk : DiskSync
{
    public bool FailsFiles { get; init; }

    public bool FailsFolders { get; init; }

    public override void Flush(SafeFileHandle file, string name) => Fail(FailsFiles, () => base.Flush(file, name));

    public override void FlushFolder(string folder) => Fail(FailsFolders, () => base.FlushFolder(folder));

    public override bool FlushVolume(SafeFileHandle folder, string name)
    {
        Fail(FailsFiles, () => base.FlushVolume(folder, name));
        return true;
    }

    private static void Fail(bool fails, Action flush)
    {
        if (fails)
            throw new IOException("Input/output error", 5);
        flush();
    }
}
