using System.Globalization;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Archives.Parts;

namespace Airgap.Transfer.Transfers.Parts;

/// <summary>
/// <c>NAME.tar.parts.partial</c>: locked by the process that writes an archive's parts, and contains their division, so that a later run
/// knows what a killed run left. It is removed when the list of the parts is written.
/// </summary>
internal sealed class PartsHolder : IDisposable
{
    private const int MostBytes = 200;
    private readonly string _path;
    private readonly FileLock _lock;

    private PartsHolder(string path, FileLock taken, PartPlan? earlier)
    {
        _path = path;
        _lock = taken;
        Earlier = earlier;
    }

    /// <summary>The division used by an unfinished run; null for none.</summary>
    public PartPlan? Earlier { get; }

    /// <summary>The position.</summary>
    public static string PathOf(string archive) => CompanionName.Of(archive, ".parts.partial");

    /// <summary>Locks the file.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveInUse"/>.</exception>
    /// <exception cref="IOException">It cannot be opened, or another file system exception.</exception>
    public static PartsHolder Take(string archive, ArchiveDisk disk)
    {
        string path = PathOf(archive);
        FileLock taken = disk.TryTake(path) ?? throw ArchiveHolder.InUse(archive, path);
        return new PartsHolder(path, taken, Read(archive, taken.File));
    }

    /// <summary>Records the current division, flushed to the disk before the first part.</summary>
    public void Write(PartPlan plan, ArchiveDisk disk)
    {
        byte[] text = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{plan.Length} {plan.VolumeSize}\n"));
        _lock.File.SetLength(0);
        RandomAccess.Write(_lock.File.SafeFileHandle, text, 0);
        disk.Flush(_lock.File.SafeFileHandle, _path);
    }

    /// <summary>Removes the file.</summary>
    public void Remove() => File.Delete(_path);

    public void Dispose() => _lock.Dispose();

    private static PartPlan? Read(string archive, FileStream file)
    {
        byte[] buffer = new byte[MostBytes];
        file.Position = 0;
        int read = file.ReadAtLeast(buffer, MostBytes, throwOnEndOfStream: false);
        return Encoding.ASCII.GetString(buffer, 0, read).TrimEnd('\n').Split(' ') is [var lengthText, var volumeText]
            && long.TryParse(lengthText, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
            && long.TryParse(volumeText, NumberStyles.None, CultureInfo.InvariantCulture, out long volume)
            && length > 0 && volume > 0 && ((length - 1) / volume) + 1 is <= PartName.MostParts and var count
            ? new PartPlan(archive, length, volume, (int)count)
            : null;
    }
}
