using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Archives.Deltas;

/// <summary>Opens the archives of a chain, oldest first, and checks that they form one.</summary>
internal static class ChainReader
{
    private sealed record Link(IArchive Archive, ArchiveIdentity Identity, DeltaNotes? Delta)
    {
        public bool BuildsOn(Link other) => Delta?.Bases.Any(known => known.Set == other.Identity.Set) == true;

        // A full archive replaces the delta with the same list of images.
        public bool Knows(Link other) =>
            Delta?.Bases.Any(known => known.Set == other.Identity.Set || known.Manifest == other.Identity.Manifest) == true;

        // Content with a digest has one length: if the lengths differ, the delta does not describe this archive.
        public bool Holds(RequiredLayer layer, Link by)
        {
            try
            {
                return Archive.GetBlob(new Descriptor("", layer.Digest, layer.Size)) is ArchiveBlobContent;
            }
            catch (AirgapException e) when (e.Code is ErrorCode.InvalidArchive or ErrorCode.InvalidLayout)
            {
                throw by.Archive.Invalid(
                    $"it requires {layer.Digest} with {layer.Size} bytes, but '{Archive.Path}' has it with another length");
            }
        }
    }

    /// <summary>Opens them.</summary>
    /// <param name="paths">The archives, oldest first; the last is the result of the chain.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.BrokenChain"/>, or a code of an archive.</exception>
    public static async Task<ArchiveChain> OpenAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        List<Link> links = await ReadAsync(paths.Select(path => new RelocationSource.Archive(path)), cancellationToken);
        RefuseRepeats(links);
        Link top = links[^1];
        if (top.Delta is null)
            throw Broken(top, $"'{top.Archive.Path}' is a full archive without bases",
                "Give the delta last; a full archive needs no joining.");
        for (int i = 0; i < links.Count; i++)
        {
            for (int j = i + 1; j < links.Count; j++)
            {
                if (links[i].BuildsOn(links[j]))
                    throw Broken(links[i], $"'{links[i].Archive.Path}' builds on '{links[j].Archive.Path}', which is given after it",
                        "Give the oldest archive first.");
            }
        }

        RequiredLayer[] nowhere = [.. top.Delta.Required.Where(layer => !links.Exists(link => link != top && link.Holds(layer, top)))];
        Link[] strangers = StrangersTo(top, links);
        if (nowhere.Length > 0)
            throw Missing(top, nowhere, strangers, links);
        if (strangers is [var stranger, ..])
            throw Broken(stranger, Foreign(stranger, top), "Omit it, or give the intended archive.");
        return new ArchiveChain(top.Archive, [.. links.Where(link => link != top).Select(link => link.Archive)]);
    }

    /// <summary>
    /// Opens archives, in any order, that are read as one. Layers that none of them contains stay required: a
    /// destination may have them.
    /// </summary>
    /// <param name="source">The archives.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.NotOneChain"/>, or a code of an archive.</exception>
    public static async Task<IArchive> OpenTogetherAsync(RelocationSource.Archive source, CancellationToken cancellationToken)
    {
        List<Link> links = await ReadAsync(
            source.Paths.Select(path => new RelocationSource.Archive(path) { PartsIn = source.PartsIn }), cancellationToken);
        RefuseRepeats(links);
        Link top = TopOf(links);
        return new ArchiveChain(top.Archive, [.. links.Where(link => link != top).Select(link => link.Archive)]);
    }

    private static async Task<List<Link>> ReadAsync(IEnumerable<RelocationSource.Archive> sources, CancellationToken cancellationToken)
    {
        List<Link> links = [];
        foreach (RelocationSource.Archive source in sources)
        {
            IArchive archive = await AnyArchive.OpenAsync(source, cancellationToken);
            ArchiveNotes? notes = await archive.ReadNotesAsync(cancellationToken);
            links.Add(new Link(archive, await ArchiveIdentity.OfAsync(archive, cancellationToken), notes?.Delta));
        }

        return links;
    }

    private static void RefuseRepeats(List<Link> links)
    {
        Dictionary<Digest, Link> known = [];
        foreach (Link link in links)
        {
            if (!known.TryAdd(link.Identity.Set, link))
                throw Broken(
                    link,
                    $"'{known[link.Identity.Set].Archive.Path}' and '{link.Archive.Path}' are the same archive, set {link.Identity.Set}",
                    "Give each archive once.");
        }
    }

    // The delta that is not a base of any other archive, and that all others belong to.
    private static Link TopOf(List<Link> links)
    {
        if (!links.Exists(link => link.Delta is not null))
            throw NotOne(links[^1], $"none of them is a delta: {string.Join(", ", links.Select(link => $"'{link.Archive.Path}'"))}",
                "Copy each of them separately.");
        Link[] last = [.. links.Where(link => link.Delta is not null && !links.Exists(other => other != link && other.Knows(link)))];
        if (last.Length == 0)
            throw NotOne(
                links[^1], $"each of them is the base of another: {string.Join(", ", links.Select(link => $"'{link.Archive.Path}'"))}",
                "Give the archives as they were written.");
        Link[] fits = [.. last.Where(link => StrangersTo(link, links).Length == 0)];
        if (fits is [var top])
            return top;
        throw fits.Length > 1
            ? NotOne(fits[1], $"'{fits[0].Archive.Path}' and '{fits[1].Archive.Path}' build on the others, but neither on the other",
                "Copy each with its bases.")
            : NotOne(last[^1], Foreign(StrangersTo(last[^1], links)[0], last[^1]), "Omit it, or give the intended archive.");
    }

    // Archives unknown to the delta and its bases, and archives without required content.
    private static Link[] StrangersTo(Link top, List<Link> links)
    {
        List<Link> members = [top];
        List<Link> strangers = [.. Enumerable.Reverse(links).Where(link => link != top)];
        while (strangers.Find(link => members.Exists(member => member.Knows(link))
            || top.Delta!.Required.Any(layer => link.Holds(layer, top))) is { } member)
        {
            strangers.Remove(member);
            members.Add(member);
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
            string list = string.Join(
                "; ", group.Take(most).Select(layer => $"{layer.Digest} ({ByteSize.Format(layer.Size)}) of {layer.Image}"));
            string more = group.Count() > most ? $"; and {group.Count() - most} more" : "";
            return given is null ? $"{holder} is missing, which has {list}{more}"
                : $"'{given.Archive.Path}' lacks content that it should have: {list}{more}";
        });
        string foreign = strangers is [var stranger, ..] ? $". {Foreign(stranger, top)}" : "";
        return Broken(top, $"{string.Join("; ", groups)}{foreign}", "Give every archive of the chain, oldest first.");
    }

    private static string Foreign(Link stranger, Link top) =>
        $"'{stranger.Archive.Path}' (set {stranger.Identity.Set}) is not part of it: '{top.Archive.Path}' builds on " +
        $"{string.Join(", ", top.Delta!.Bases)}";

    private static AirgapException NotOne(Link link, string why, string advice) =>
        new(ErrorCode.NotOneChain, $"The archives cannot be read as one chain: {why}.", advice)
        {
            Location = new SourceLocation(link.Archive.Path)
        };

    private static AirgapException Broken(Link link, string why, string advice) =>
        new(ErrorCode.BrokenChain, $"The archives cannot be joined: {why}.", advice)
        {
            Location = new SourceLocation(link.Archive.Path)
        };
}
