using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Archives.Parts;

namespace Airgap.Transfer.Transfers.Parts;

/// <summary>How an archive is cut into parts: all have one length but the last.</summary>
/// <param name="Archive">The path of the file that the parts would be together.</param>
/// <param name="Length">Its bytes, 1 or more.</param>
/// <param name="VolumeSize">The most bytes of a part.</param>
/// <param name="Count">How many there are.</param>
internal sealed record PartPlan(string Archive, long Length, long VolumeSize, int Count)
{
    /// <summary>Cuts an archive.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.VolumeTooSmall"/>: there would be more parts than can be.</exception>
    public static PartPlan Create(string archive, long length, long volumeSize)
    {
        long count = ((length - 1) / volumeSize) + 1;
        return count <= PartName.MostParts
            ? new PartPlan(archive, length, volumeSize, (int)count)
            : throw new AirgapException(
                ErrorCode.VolumeTooSmall,
                $"'{archive}' has {length} bytes, which are {count} parts of {volumeSize} bytes, and {PartName.MostParts} are the most.",
                $"Give a size of at least {((length - 1) / PartName.MostParts) + 1} bytes.");
    }

    /// <summary>The path of a part, counted from 0.</summary>
    public string PathOf(int part) => PartName.Of(Archive, part + 1, Count);

    /// <summary>The name of a part.</summary>
    public string NameOf(int part) => Path.GetFileName(PathOf(part));

    /// <summary>Where a part begins in the archive.</summary>
    public long StartOf(int part) => part * VolumeSize;

    /// <summary>Bytes of a part.</summary>
    public long SizeOf(int part) => Math.Min(VolumeSize, Length - StartOf(part));

    /// <summary>The parts that hold a range of bytes, 1 or more of them.</summary>
    public IEnumerable<int> Of(long offset, long length)
    {
        int first = (int)(offset / VolumeSize);
        return Enumerable.Range(first, (int)((offset + length - 1) / VolumeSize) - first + 1);
    }

    /// <summary>The names of all parts.</summary>
    public ImmutableArray<string> Names => [.. Enumerable.Range(0, Count).Select(NameOf)];
}
