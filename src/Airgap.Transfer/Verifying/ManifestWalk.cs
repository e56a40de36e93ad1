using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Verifying;

/// <summary>
/// Reads manifests and their children level by level, each once for each repository, and passes their blobs to the hasher.
/// </summary>
internal sealed class ManifestWalk(VerifiedHosts hosts, BlobHasher blobs, Findings run)
{
    /// <summary>The maximum nesting of indexes; a deeper nesting is treated as an attack.</summary>
    private const int MaxDepth = 16;

    /// <summary>The maximum number of manifests of one item; more are treated as an attack.</summary>
    private const int MaxManifests = 10_000;

    private readonly SharedTasks<(RepositoryName Repository, string Selector), FoundManifest> _found = new();
    private readonly SharedTasks<(RepositoryName Repository, Digest Config, long Size), bool> _labels = new();

    /// <summary>Verifies a manifest and all manifests below it.</summary>
    /// <param name="findings">Receives the problems.</param>
    /// <param name="repository">Where it is.</param>
    /// <param name="selector">A tag, or a digest's text.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="leftOut">Manifests that were omitted by choice, and are not looked for; null for none.</param>
    /// <returns>The manifest; null, with a problem reported, if it is missing or cannot be read.</returns>
    public async Task<VerifiedManifest?> WalkAsync(
        Findings findings, RepositoryName repository, string selector, CancellationToken cancellationToken,
        IReadOnlySet<Digest>? leftOut = null)
    {
        FoundManifest root = await FindAsync(repository, selector, cancellationToken);
        findings.Include(root.Findings);
        if (root.Manifest is null)
            return null;
        _found.TryAdd((repository, root.Manifest.Digest.ToString()), root);
        Dictionary<Digest, FoundManifest> tree = new() { [root.Manifest.Digest] = root };
        List<VerifiedManifest> level = [root.Manifest];
        for (int depth = 1; level.Count > 0; depth++)
        {
            Digest[] below = [.. level.SelectMany(node => node.Children).Select(child => child.Digest).Distinct()
                .Where(child => !tree.ContainsKey(child) && leftOut?.Contains(child) != true)];
            if (below.Length > 0 && (depth > MaxDepth || tree.Count + below.Length > MaxManifests))
            {
                findings.Add(
                    ErrorCode.InvalidManifest,
                    $"The index {root.Manifest.Place} has more than {MaxManifests} manifests or is nested deeper than {MaxDepth} levels; " +
                    "the manifests below were not verified.",
                    root.Manifest.Place,
                    root.Manifest.Digest);
                break;
            }

            FoundManifest[] found = await Task.WhenAll(below.Select(child => FindAsync(repository, child.ToString(), cancellationToken)));
            foreach ((Digest child, FoundManifest at) in below.Zip(found))
                tree.Add(child, at);
            foreach (VerifiedManifest node in level)
            {
                if (leftOut is null)
                    node.Expand(tree);
                else
                    node.Expand(tree, leftOut, findings);
            }

            level = [.. found.Select(at => at.Manifest).OfType<VerifiedManifest>()];
        }

        return root.Manifest;
    }

    /// <summary>Distinguishes a bundle from an image by its config, which is read once.</summary>
    public Task<bool> IsBundleAsync(VerifiedManifest manifest, CancellationToken cancellationToken) =>
        manifest.Config is { Size: <= Manifest.MaxBytes } config
        ? _labels.GetOrAdd((manifest.Repository, config.Digest, config.Size), _ => HasLabelAsync(manifest, config, cancellationToken))
        : Task.FromResult(false);

    private async Task<bool> HasLabelAsync(VerifiedManifest manifest, Descriptor config, CancellationToken cancellationToken)
    {
        byte[]? bytes = await blobs.ReadAsync(
            run.Apart(),
            manifest.Repository,
            config,
            manifest.Digest,
            async (content, token) =>
            {
                byte[] all = new byte[config.Size];
                int read = await content.ReadAtLeastAsync(all, all.Length, throwOnEndOfStream: false, token);
                return all[..read];
            },
            cancellationToken);
        return bytes is not null && BundleLabel.IsPresent(bytes);
    }

    private Task<FoundManifest> FindAsync(RepositoryName repository, string selector, CancellationToken cancellationToken) =>
        _found.GetOrAdd((repository, selector), _ => FetchAsync(repository, selector, cancellationToken));

    private async Task<FoundManifest> FetchAsync(RepositoryName repository, string selector, CancellationToken cancellationToken)
    {
        Findings findings = run.Apart();
        Digest? asked = Digest.TryParse(selector, out Digest parsed) ? parsed : null;
        string place = asked is null ? $"{repository}:{selector}" : $"{repository}@{selector}";
        try
        {
            Manifest? manifest = await hosts.AskAsync(repository, (at, token) => at.FindManifestAsync(selector, token), cancellationToken);
            if (manifest is null)
            {
                findings.Add(ErrorCode.ManifestUnknown, $"{place} does not exist.", place, asked);
                return new FoundManifest(null, findings);
            }

            findings.CountManifest(manifest.Bytes.Length);
            Digest actual = Digest.ComputeLike(asked ?? manifest.Digest, manifest.Bytes.Span);
            if (actual != (asked ?? manifest.Digest))
            {
                findings.Add(ErrorCode.DigestMismatch, $"{place} has the digest {actual}.", place, asked);
                return new FoundManifest(null, findings);
            }

            VerifiedManifest verified = new(repository, manifest, findings.Section());
            foreach (Descriptor layer in verified.Layers)
                blobs.Expect(findings, repository, layer, verified.Digest, MediaTypes.IsNonDistributable(layer.MediaType));
            if (verified.Config is { } config)
                blobs.Expect(findings, repository, config, verified.Digest);
            return new FoundManifest(verified, findings);
        }
        catch (AirgapException e)
        {
            hosts.Report(findings, repository, e, place, asked);
            return new FoundManifest(null, findings);
        }
    }
}
