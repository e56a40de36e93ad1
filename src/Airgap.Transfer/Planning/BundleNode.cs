using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>A bundle during the search of its closure.</summary>
internal sealed record BundleNode(
    ImageReference Source, PlannedManifest Manifest, BundleContent Content, ImmutableArray<BundleEntry> Entries)
{
    /// <summary>Pinned images that were not found, in a search that continues without them.</summary>
    public ImmutableArray<LockedImage> Missing { get; init; } = [];

    /// <summary>
    /// Deeper nesting of bundles is an attack, not an application, so bundles are visited level by level.
    /// </summary>
    public const int MaxLevels = 255;

    /// <summary>This bundle and those below it, parents first, each once.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidBundle"/>: they are nested deeper than
    /// <see cref="MaxLevels"/>.</exception>
    public IReadOnlyList<BundleNode> SelfAndNested()
    {
        List<BundleNode> all = [];
        Dictionary<string, int> heights = [];
        Stack<(BundleNode Node, string Name, int Next)> open = new([(this, Source.ToString(), 0)]);
        all.Add(this);
        heights.Add(Source.ToString(), 1);
        while (open.TryPop(out (BundleNode Node, string Name, int Next) at))
        {
            int next = at.Next;
            while (next < at.Node.Entries.Length && at.Node.Entries[next].Bundle is null)
                next++;
            if (next < at.Node.Entries.Length)
            {
                BundleNode nested = at.Node.Entries[next].Bundle!;
                string name = nested.Source.ToString();
                open.Push(at with { Next = next + 1 });
                if (heights.TryAdd(name, 1))
                {
                    all.Add(nested);
                    open.Push((nested, name, 0));
                }
                else
                {
                    Raise(at.Name, heights[name]);
                }
            }
            else if (open.TryPeek(out (BundleNode Node, string Name, int Next) parent))
            {
                Raise(parent.Name, heights[at.Name]);
            }
        }

        return all;

        void Raise(string name, int below)
        {
            heights[name] = Math.Max(heights[name], below + 1);
            if (heights[name] > MaxLevels)
                throw TooDeep(Source);
        }
    }

    /// <summary>The refusal of bundles that are nested too deep.</summary>
    public static AirgapException TooDeep(ImageReference source) => new(
        ErrorCode.InvalidBundle,
        $"The bundle {source} pins bundles that pin bundles, more than {MaxLevels} levels deep.",
        "Check the origin of the bundle.")
    { Reference = source.ToString(), Digest = source.Digest?.ToString() };

    /// <summary>The locations image written for this bundle at a destination.</summary>
    public ImageLocations Locations() =>
        new([.. Entries.Select(entry => new ImageLocation(entry.Locked.Image.ToString(), entry.Bundle is not null)
        {
            LeftOut = entry.Manifest.AllLeftOut,
        })]);
}

/// <summary>An image that a bundle pins, and where it was found.</summary>
internal sealed record BundleEntry(LockedImage Locked, ImageReference Source, PlannedManifest Manifest, BundleNode? Bundle);
