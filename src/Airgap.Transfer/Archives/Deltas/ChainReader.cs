using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Archives.Deltas;

/// <summary>Opens the archives of a chain, the oldest first, and makes sure that they are one.</summary>
internal static class ChainReader
{
    private sealed record Link(IArchive Archive, ArchiveIdentity Identity, DeltaNotes? Delta)
    {
        public bool BuildsOn(Link other) => Delta?.Bases.Any(known => known.Set == other.Identity.Set) == true;

        // A full archive stands in for the delta that has its list of images.
        public bool Knows(Link other) => Delta?.Bases.Any(known => known.Set == other.Identity.Set || known.Manifest == other.Identity.Manifest) == true;

        public bool Holds(RequiredLayer layer) => Archive.GetBlob(new Descriptor("", layer.Digest, layer.Size)) is ArchiveBlobContent;
    }

    /// <summary>Opens them.</summary>
    /// <param name="paths">The archives, the oldest first: the last is what the chain is of.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.BrokenChain"/>, or a code of an archive.</exception>
    public static async Task<ArchiveChain> OpenAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        List<Link> links = [];
        foreach (string path in paths)
        {
            IArchive archive = await AnyArchive.OpenAsync(new RelocationSource.Archive(path), cancellationToken);
            ArchiveNotes? notes = await archive.ReadNotesAsync(cancellationToken);
            links.Add(new Link(archive, await ArchiveIdentity.OfAsync(archive, cancellationToken), notes?.Delta));
        }

        Link top = links[^1];
        if (top.Delta is null)
            throw Broken(top, $"'{top.Archive.Path}' is whole and builds on nothing", "Give the delta last; of a full archive there is nothing to join.");
        for (int i = 0; i < links.Count; i++)
        {
            for (int j = i + 1; j < links.Count; j++)
            {
                if (links[i].Identity.Set == links[j].Identity.Set)
                    throw Broken(links[j], $"'{links[i].Archive.Path}' and '{links[j].Archive.Path}' are the same archive, set {links[j].Identity.Set}", "Give each archive once.");
                if (links[i].BuildsOn(links[j]))
                    throw Broken(links[i], $"'{links[i].Archive.Path}' builds on '{links[j].Archive.Path}', which is given after it", "Give the oldest archive first.");
            }
        }

        RequiredLayer[] nowhere = [.. top.Delta.Required.Where(layer => !links.Exists(link => link != top && link.Holds(layer)))];
        Link[] strangers = StrangersTo(top, links);
        if (nowhere.Length > 0)
            throw Missing(top, nowhere, strangers, links);
        if (strangers is [var stranger, ..])
            throw Broken(stranger, Foreign(stranger, top), "Leave it out, or give the archive that was meant.");
        return new ArchiveChain(top.Archive, [.. links.Where(link => link != top).Select(link => link.Archive)]);
    }

    // What neither the delta nor what it builds on knows, and what has nothing that is required.
    private static Link[] StrangersTo(Link top, List<Link> links)
    {
        List<Link> members = [top];
        List<Link> strangers = [];
        foreach (Link link in Enumerable.Reverse(links).Where(link => link != top))
        {
            if (members.Exists(member => member.Knows(link)) || top.Delta!.Required.Any(link.Holds))
                members.Add(link);
            else
                strangers.Add(link);
        }

        return [.. strangers];
    }

    private static AirgapException Missing(Link top, RequiredLayer[] nowhere, Link[] strangers, List<Link> links)
    {
        const int most = 20;
        IEnumerable<string> groups = nowhere.GroupBy(layer => layer.Base).Select(group =>
        {
            DeltaBase holder = top.Delta!.Bases[group.Key];
            Link? given = links.Find(link => link != top && (link.Identity.Set == holder.Set || link.Identity.Manifest == holder.Manifest));
            string list = string.Join("; ", group.Take(most).Select(layer => $"{layer.Digest} ({ByteSize.Format(layer.Size)}) of {layer.Image}"));
            string more = group.Count() > most ? $"; and {group.Count() - most} more" : "";
            return given is null ? $"{holder} is missing, with {list}{more}" : $"'{given.Archive.Path}' does not hold what it should: {list}{more}";
        });
        string foreign = strangers is [var stranger, ..] ? $". {Foreign(stranger, top)}" : "";
        return Broken(top, $"{string.Join("; ", groups)}{foreign}", "Give every archive of the chain, the oldest first.");
    }

    private static string Foreign(Link stranger, Link top) =>
        $"'{stranger.Archive.Path}' (set {stranger.Identity.Set}) is no part of it: '{top.Archive.Path}' builds on {string.Join(", ", top.Delta!.Bases)}";

    private static AirgapException Broken(Link link, string why, string advice) =>
        new(ErrorCode.BrokenChain, $"The archives are no chain that can be joined: {why}.", advice) { Location = new SourceLocation(link.Archive.Path) };
}
