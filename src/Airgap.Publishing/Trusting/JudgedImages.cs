using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Trust.Judging;

namespace Airgap.Publishing.Trusting;

/// <summary>
/// What was found about images in this run, so that what several destinations get is judged once. An image is its name, its place and its
/// digest.
/// </summary>
internal sealed class JudgedImages
{
    private readonly ConcurrentDictionary<(string Name, string Place, Digest Digest), Verdict> _verdicts = new();

    /// <summary>What was found, or is found now. A failure to judge is not kept.</summary>
    /// <param name="name">The image as it was asked for: rules go by this name.</param>
    /// <param name="place">Where its signatures lie.</param>
    /// <param name="digest">What it resolved to.</param>
    /// <param name="judge">Judges.</param>
    public async Task<Verdict> JudgeAsync(ImageReference name, string place, Digest digest, Func<Task<Verdict>> judge)
    {
        (string, string, Digest) key = (name.ToString(), place, digest);
        if (_verdicts.TryGetValue(key, out Verdict? known))
            return known;
        Verdict found = await judge();
        return _verdicts.GetOrAdd(key, found);
    }
}
