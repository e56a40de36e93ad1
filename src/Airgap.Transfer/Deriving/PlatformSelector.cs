using System.Collections.Concurrent;
using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Deriving;

/// <summary>Selects the images of indexes by platform, and records images that lack a platform.</summary>
/// <param name="selection">The selection.</param>
/// <param name="fetch">Fetches a nested index.</param>
/// <param name="derived">Receives each index and the one derived from it, which it returns.</param>
internal sealed class PlatformSelector(
    BundleSelection selection, Func<RepositoryName, Descriptor, CancellationToken, Task<Manifest>> fetch,
    Func<RepositoryName, Manifest, Manifest, Manifest> derived)
{
    private const int MaxDepth = 16;
    private const int Shown = 5;
    private const string Unneeded = "Push the index again with the platforms of its images, if some of them are not needed.";

    private readonly ConcurrentDictionary<string, string> _missing = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _whole = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _unnamed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _partly = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Digest, bool> _left = [];
    private readonly ConcurrentDictionary<Digest, ImmutableHashSet<Digest>> _sparse = [];

    /// <summary>The images left out of indexes, each once.</summary>
    public int LeftOut => _left.Count;

    /// <summary>The manifests left out of each unchanged index.</summary>
    public IReadOnlyDictionary<Digest, ImmutableHashSet<Digest>> Sparse => _sparse;

    /// <summary>The images that have none of the platforms, or name none, and are copied whole.</summary>
    public IEnumerable<Diagnostic> Warnings
    {
        get
        {
            if (!_whole.IsEmpty)
                yield return new Diagnostic(ErrorCode.PlatformKept,
                    $"{Counted(_whole)} none of the selected platforms, and {(_whole.Count == 1 ? "is" : "are")} copied whole.",
                    "Select a platform that they have, or leave out the packages that need them.");
            if (!_unnamed.IsEmpty)
                yield return new Diagnostic(ErrorCode.PlatformKept,
                    $"{Counted(_unnamed)} no platforms, so that nothing can be selected, and {(_unnamed.Count == 1 ? "is" : "are")} " +
                    "copied whole.",
                    Unneeded);
            if (!_partly.IsEmpty)
                yield return new Diagnostic(ErrorCode.PlatformKept,
                    $"{Counted(_partly)} images without a platform, which are copied whatever is selected.", Unneeded);
        }
    }

    /// <summary>Fails if an image lacks a platform.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlatformMissing"/>.</exception>
    public void ThrowMissing()
    {
        if (!_missing.IsEmpty)
            throw new AirgapException(
                ErrorCode.PlatformMissing, $"{Counted(_missing)} not all of the selected platforms.",
                $"Select platforms that they have, or {AdviceTerms.SkipPlatforms}.")
            {
                Reference = _missing.Keys.Min(StringComparer.Ordinal)
            };
    }

    /// <summary>
    /// Records the platforms that a single-platform image lacks; an image without a platform, which is not a program,
    /// lacks nothing.
    /// </summary>
    public void Check(string? platform, string name)
    {
        if (platform is not null)
            _ = IsWanted([platform], name);
    }

    /// <summary>
    /// The index with the selected images, or the only one of them if it is to replace the index; the index itself if nothing
    /// is left out, or if it stays unchanged.
    /// </summary>
    public async Task<Digest> ChooseAsync(RepositoryName origin, Manifest index, string name, CancellationToken cancellationToken)
    {
        List<string> has = [];
        Dictionary<Digest, Manifest> inner = [];
        await GatherAsync(index, depth: 0);
        return has.Count == 0 || !IsWanted(has, name) ? index.Digest : Write(index, isRoot: true)!.Digest;

        async Task GatherAsync(Manifest at, int depth)
        {
            if (depth > MaxDepth)
                throw new AirgapException(
                    ErrorCode.InvalidManifest,
                    $"The index {ImageReference.ByDigest(origin, index.Digest)} is nested deeper than {MaxDepth} levels.",
                    "Check the pushed content.")
                {
                    Digest = index.Digest.ToString()
                };
            ImmutableArray<IndexChild> children = IndexEditor.Read(at);
            IndexChild[] images =
                [.. children.Where(child => child.AttestedImage is null && !MediaTypes.IsIndex(child.Descriptor.MediaType))];
            int unnamed = images.Count(child => child.Platform is null);
            string place = depth == 0 ? name : ImageReference.ByDigest(origin, at.Digest).ToString();
            if (unnamed > 0 && unnamed < images.Length)
                _partly[place] = $"{unnamed} of {images.Length}";
            else if (unnamed > 0)
                _unnamed[place] = $"an index of {unnamed} {(unnamed == 1 ? "image" : "images")}";
            foreach (IndexChild child in children)
            {
                if (child.Platform is { } platform)
                {
                    has.Add(platform);
                }
                else if (MediaTypes.IsIndex(child.Descriptor.MediaType) && !inner.ContainsKey(child.Descriptor.Digest))
                {
                    Manifest nested = await fetch(origin, child.Descriptor, cancellationToken);
                    inner[child.Descriptor.Digest] = nested;
                    await GatherAsync(nested, depth + 1);
                }
            }
        }

        // Null for an index without selected images.
        Descriptor? Write(Manifest at, bool isRoot)
        {
            ImmutableArray<IndexChild> children = IndexEditor.Read(at);
            HashSet<Digest> chosen = [
                .. children.Where(child => child.Platform is { } platform && selection.Platforms.Any(wanted => wanted.Takes(platform)))
                .Select(child => child.Descriptor.Digest)];
            HashSet<Digest> all = [.. children.Where(child => child.Platform is not null).Select(child => child.Descriptor.Digest)];
            Descriptor?[] kept =
            [
                .. children.Select(child =>
                    child.Platform is not null ? (chosen.Contains(child.Descriptor.Digest) ? child.Descriptor : null)
                    // Attestations of an omitted image do not concern the included ones.
                    : child.AttestedImage is { } attested && all.Contains(attested) ? (chosen.Contains(attested) ? child.Descriptor : null)
                    : inner.TryGetValue(child.Descriptor.Digest, out Manifest? nested) ? Write(nested, isRoot: false)
                    : child.Descriptor),
            ];
            foreach ((IndexChild child, Descriptor? stays) in children.Zip(kept))
            {
                if (stays is null)
                    _left.TryAdd(child.Descriptor.Digest, true);
            }

            if (isRoot && selection.Flatten && chosen.Count == 1
                && children.All(child => child.Platform is not null || child.AttestedImage is not null))
                return children.First(child => chosen.Contains(child.Descriptor.Digest)).Descriptor;
            if (!isRoot && Array.TrueForAll(kept, child => child is null))
                return null;
            if (selection.Sparse)
            {
                if (Array.Exists(kept, child => child is null))
                    _sparse[at.Digest] = [.. children.Where((_, i) => kept[i] is null).Select(child => child.Descriptor.Digest)];
                return at.Descriptor;
            }

            return kept.Zip(children).All(pair => pair.First?.Digest == pair.Second.Descriptor.Digest)
                ? at.Descriptor : derived(origin, at, IndexEditor.Write(at, kept)).Descriptor;
        }
    }

    // False if none of the platforms exists: then there is nothing to select.
    private bool IsWanted(IReadOnlyCollection<string> has, string name)
    {
        PlatformChoice[] lacks = [.. selection.Platforms.Where(wanted => !has.Any(wanted.Takes))];
        if (lacks.Length == 0)
            return true;
        string text = string.Join(", ", has.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        if (!selection.SkipMissingPlatforms)
            _missing[name] = $"no {string.Join(", ", lacks.Select(platform => platform.ToString()))}: it has {text}";
        else if (lacks.Length == selection.Platforms.Length)
            _whole[name] = text;
        return lacks.Length < selection.Platforms.Length;
    }

    private static string Counted(IReadOnlyDictionary<string, string> images)
    {
        string[] names = [.. images.OrderBy(pair => pair.Key, StringComparer.Ordinal).Take(Shown)
            .Select(pair => $"{pair.Key} ({pair.Value})")];
        return $"{string.Join(", ", names)}{(images.Count > Shown ? $" and {images.Count - Shown} more" : "")} " +
            $"{(images.Count == 1 ? "has" : "have")}";
    }
}
