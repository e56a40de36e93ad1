using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Archives.Parts;

namespace Airgap.Transfer.Transfers.Parts;

/// <summary>The division of an archive into parts: all have the same length, except the last.</summary>
/// <param name="Archive">The path of the file that the parts form together.</param>
/// <param name="Length">Its size in bytes, 1 or more.</param>
/// <param name="VolumeSize">The maximum size of a part, in bytes.</param>
/// <param name="Count">The number of parts.</param>
internal sealed record PartPlan(string Archive, long Length, long VolumeSize, int Count)
{
    /// <summary>Divides an archive.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.VolumeTooSmall"/>: there would be too many
    /// parts.</exception>
    public static PartPlan Create(string archive, long length, long volumeSize)
    {
        long count = ((length - 1) / volumeSize) + 1;
        return count <= PartName.MostParts
            ? new PartPlan(archive, length, volumeSize, (int)count)
            : throw new AirgapException(
                ErrorCode.VolumeTooSmall,
                $"'{archive}' has {length} bytes, which gives {count} parts of {volumeSize} bytes, but at most {PartName.MostParts} are " +
                "allowed.",
                $"Give a size of at least {((length - 1) / PartName.MostParts) + 1} bytes.");
    }

    /// <summary>The path of a part, counted from 0.</summary>
    public string PathOf(int part) => PartName.Of(Archive, part + 1, Count);

    /// <summary>The name of a part.</summary>
    public string NameOf(int part) => Path.GetFileName(PathOf(part));

    /// <summary>The offset of a part in the archive.</summary>
    public long StartOf(int part) => part * VolumeSize;

    /// <summary>The length of a part, in bytes.</summary>
    public long SizeOf(int part) => Math.Min(VolumeSize, Length - StartOf(part));

    /// <summary>The parts that contain a range of 1 or more bytes.</summary>
    public IEnumerable<int> Of(long offset, long length)
    {
        int first = (int)(offset / VolumeSize);
        return Enumerable.Range(first, (int)((offset + length - 1) / VolumeSize) - first + 1);
    }

    /// <summary>The names of all parts.</summary>
    public ImmutableArray<string> Names => [.. Enumerable.Range(0, Count).Select(NameOf)];
}
