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
        public bool Knows(Link other) =>
            Delta?.Bases.Any(known => known.Set == other.Identity.Set || known.Manifest == other.Identity.Manifest) == true;

        // What has a digest has one length: where the two differ, what the delta says is not of this archive's making.
        public bool Holds(RequiredLayer layer, Link by)
        {
            try
            {
                return Archive.GetBlob(new Descriptor("", layer.Digest, layer.Size)) is ArchiveBlobContent;
            }
            catch (AirgapException e) when (e.Code is ErrorCode.InvalidArchive or ErrorCode.InvalidLayout)
            {
                throw by.Archive.Invalid(
                    $"it requires {layer.Digest} with {layer.Size} bytes, and '{Archive.Path}' holds it with another length");
            }
        }
    }

    /// <summary>Opens them.</summary>
    /// <param name="paths">The archives, the oldest first: the last is what the chain is of.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.BrokenChain"/>, or a code of an archive.</exception>
    public static async Task<ArchiveChain> OpenAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        List<Link> links = await ReadAsync(paths.Select(path => new RelocationSource.Archive(path)), cancellationToken);
        RefuseRepeats(links);
        Link top = links[^1];
        if (top.Delta is null)
            throw Broken(top, $"'{top.Archive.Path}' is whole and builds on nothing",
                "Give the delta last; of a full archive there is nothing to join.");
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
            throw Broken(stranger, Foreign(stranger, top), "Leave it out, or give the archive that was meant.");
        return new ArchiveChain(top.Archive, [.. links.Where(link => link != top).Select(link => link.Archive)]);
    }

    /// <summary>
    /// Opens archives that are read as one, in any order. What none of them holds stays required: a destination may have it.
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

    // The delta that no other of the archives builds on, and to which all the others belong.
    private static Link TopOf(List<Link> links)
    {
        if (!links.Exists(link => link.Delta is not null))
            throw NotOne(links[^1], $"none of them is a delta: {string.Join(", ", links.Select(link => $"'{link.Archive.Path}'"))}",
                "Copy each of them by itself.");
        Link[] last = [.. links.Where(link => link.Delta is not null && !links.Exists(other => other != link && other.Knows(link)))];
        if (last.Length == 0)
            throw NotOne(links[^1], $"each of them builds on another: {string.Join(", ", links.Select(link => $"'{link.Archive.Path}'"))}",
                "Give the archives as they were written.");
        Link[] fits = [.. last.Where(link => StrangersTo(link, links).Length == 0)];
        if (fits is [var top])
            return top;
        throw fits.Length > 1
            ? NotOne(fits[1], $"'{fits[0].Archive.Path}' and '{fits[1].Archive.Path}' build on the others, and neither on the other",
                "Copy each with what it builds on.")
            : NotOne(last[^1], Foreign(StrangersTo(last[^1], links)[0], last[^1]), "Leave it out, or give the archive that was meant.");
    }

    // What neither the delta nor what it builds on knows, and what has nothing that is required.
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
            return given is null ? $"{holder} is missing, with {list}{more}"
                : $"'{given.Archive.Path}' does not hold what it should: {list}{more}";
        });
        string foreign = strangers is [var stranger, ..] ? $". {Foreign(stranger, top)}" : "";
        return Broken(top, $"{string.Join("; ", groups)}{foreign}", "Give every archive of the chain, the oldest first.");
    }

    private static string Foreign(Link stranger, Link top) =>
        $"'{stranger.Archive.Path}' (set {stranger.Identity.Set}) is no part of it: '{top.Archive.Path}' builds on " +
        $"{string.Join(", ", top.Delta!.Bases)}";

    private static AirgapException NotOne(Link link, string why, string advice) =>
        new(ErrorCode.NotOneChain, $"The archives are no chain that can be read as one: {why}.", advice)
        {
            Location = new SourceLocation(link.Archive.Path)
        };

    private static AirgapException Broken(Link link, string why, string advice) =>
        new(ErrorCode.BrokenChain, $"The archives are no chain that can be joined: {why}.", advice)
        {
            Location = new SourceLocation(link.Archive.Path)
        };
}
