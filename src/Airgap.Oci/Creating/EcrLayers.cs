using System.Collections.Concurrent;
using System.Text.Json;
using Airgap.Oci.Content;
using Airgap.Oci.Credentials.Keychains;
using Airgap.Oci.Credentials.Keychains.Amazon;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;

namespace Airgap.Oci.Creating;

/// <summary>
/// Checks 100 blobs of an Amazon registry in one request. This only saves requests: if it fails, each blob is checked by a request of its
/// own.
/// </summary>
/// <remarks>Source: Amazon ECR API reference, BatchCheckLayerAvailability.</remarks>
/// <param name="transport">The hosts.</param>
/// <param name="client">Sends the requests.</param>
internal sealed class EcrLayers(Transport transport, Lazy<EcrClient> client)
{
    private const int MostPerCall = 100;
    private const int MostCalls = 4;

    private readonly ConcurrentDictionary<string, bool> _silent = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The blobs that the service reports as available now. Other blobs may be present, too.</summary>
    public async Task<IReadOnlySet<Digest>> FindPresentAsync(
        RepositoryName repository, IReadOnlyCollection<Descriptor> blobs, CancellationToken cancellationToken)
    {
        HashSet<Digest> present = [];

        // The public gallery would answer for the registry that the keys belong to; the repository may belong to another.
        if (blobs.Count < 2 || !KeychainHosts.IsAmazon(repository.Registry) || KeychainHosts.IsAmazonGallery(repository.Registry))
            return present;
        await Parallel.ForEachAsync(
            blobs.Where(blob => blob.Digest.Algorithm == "sha256").DistinctBy(blob => blob.Digest).Chunk(MostPerCall),
            new ParallelOptions { MaxDegreeOfParallelism = MostCalls, CancellationToken = cancellationToken },
            async (chunk, token) =>
            {
                IReadOnlyList<Digest> found = _silent.ContainsKey(repository.Registry) ? [] : await AskAsync(repository, chunk, token);
                lock (present)
                    present.UnionWith(found);
            });
        return present;
    }

    private async Task<IReadOnlyList<Digest>> AskAsync(RepositoryName repository, Descriptor[] blobs, CancellationToken cancellationToken)
    {
        try
        {
            EcrResponse? response = await client.Value.CallAsync(
                repository.Registry, "BatchCheckLayerAvailability",
                host => EcrDocuments.Layers(host, repository.Path, blobs.Select(blob => blob.Digest)), cancellationToken);
            if (response is { IsSuccess: true })
                return Read(repository, response.Json, blobs.ToDictionary(blob => blob.Digest.ToString()));
            // Throttling or a missing repository may pass; other errors will recur.
            if (response?.Error is not ("ThrottlingException" or "RepositoryNotFoundException"))
                _silent.TryAdd(repository.Registry, true);
            transport.Trace.Note($"{repository.Registry} does not report which layers it has: {response?.Reason ?? "no AWS keys"}");
        }
        catch (CloudException e)
        {
            _silent.TryAdd(repository.Registry, true);
            transport.Trace.Note($"{repository.Registry} does not report which layers it has: {e.Message}");
        }

        return [];
    }

    private List<Digest> Read(RepositoryName repository, JsonElement json, Dictionary<string, Descriptor> asked)
    {
        List<Digest> present = [];
        if (!json.TryGetProperty("layers", out JsonElement layers) || layers.ValueKind != JsonValueKind.Array)
            return present;
        UploadCapabilities uploads = transport.HostOf(repository).Uploads;
        foreach (JsonElement layer in layers.EnumerateArray())
        {
            if (layer.Text("layerDigest") is not { } digest || !asked.TryGetValue(digest, out Descriptor? blob))
                continue;
            if (layer.Text("layerAvailability") == "AVAILABLE" && layer.Number("layerSize") is var size
                && (size is null || size == blob.Size))
                present.Add(blob.Digest);
            else if (layer.Text("layerAvailability") == "UNAVAILABLE")
                uploads.NoteAbsent(repository.Path, blob.Digest);
        }

        return present;
    }
}
