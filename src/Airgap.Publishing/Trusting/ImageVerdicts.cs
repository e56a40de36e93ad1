using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Trust.Verifying;

namespace Airgap.Publishing.Trusting;

/// <summary>
/// The verdicts about images in this run, so that an image for several destinations is verified once. An image is
/// identified by its name, location and digest.
/// </summary>
internal sealed class ImageVerdicts
{
    private readonly ConcurrentDictionary<(string Name, string Place, Digest Digest), Verdict> _verdicts = new();

    /// <summary>The verdict, known or determined now. A failure to verify is not cached.</summary>
    /// <param name="name">The image as requested: rules use this name.</param>
    /// <param name="place">The location of its signatures.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="verify">Verifies it.</param>
    public async Task<Verdict> VerifyAsync(ImageReference name, string place, Digest digest, Func<Task<Verdict>> verify)
    {
        (string, string, Digest) key = (name.ToString(), place, digest);
        if (_verdicts.TryGetValue(key, out Verdict? known))
            return known;
        Verdict found = await verify();
        return _verdicts.GetOrAdd(key, found);
    }
}
