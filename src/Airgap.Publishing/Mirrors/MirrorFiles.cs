using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing.Mirrors;

/// <summary>The files of the requested formats.</summary>
internal static class MirrorFiles
{
    /// <summary>Makes them all, or none.</summary>
    /// <param name="entries">The repositories and their mirrors.</param>
    /// <param name="formats">The formats.</param>
    /// <returns>Paths, relative, with <c>/</c>, and contents.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.NothingMirrored"/>, <see cref="ErrorCode.MirrorPathsDiffer"/>.</exception>
    public static ImmutableArray<(string Path, string Text)> Create(ImmutableArray<MirrorEntry> entries, IEnumerable<MirrorFormat> formats)
    {
        if (entries.IsEmpty)
            throw Nothing("no image with a destination that is not its source");
        ImmutableArray<(string, string)>.Builder files = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (MirrorFormat format in formats)
        {
            switch (format)
            {
                case MirrorFormat.RegistriesConf:
                    files.Add((RegistriesConf.FileName, RegistriesConf.Write(entries)));
                    break;
                case MirrorFormat.HostsToml:
                    files.AddRange(HostsToml.Write(entries));
                    break;
                case MirrorFormat.ImageDigestMirrorSet:
                    files.Add((MirrorSets.DigestsFile, MirrorSets.WriteDigests(entries)));
                    break;
                default:
                    files.Add((MirrorSets.TagsFile,
                        MirrorSets.WriteTags(entries)
                        ?? throw Nothing("no image with a tag at the mirror, so an ImageTagMirrorSet would lead nowhere")));
                    break;
            }
        }

        return files.ToImmutable();
    }

    private static AirgapException Nothing(string what) => new(
        ErrorCode.NothingMirrored,
        $"The relocation contains {what}.",
        "Relocate to a registry first; for an archive, the relocation names destinations only if the project names the registry of the " +
        "far side.");
}
