using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Cluster.Applying;

/// <summary>Deletes objects, each only while it is the one that was read: a new object of the same name has another owner.</summary>
/// <param name="client">The cluster.</param>
internal sealed class Removal(ClusterClient client)
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);

    /// <summary>The first pause between two checks.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait for a deletion: a finalizer may hold it up.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Requests the deletion.</summary>
    /// <param name="path">The object.</param>
    /// <param name="uid">The uid of the object.</param>
    /// <param name="isDry">True to have the server try it and keep everything.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<ClusterResponse> DeleteAsync(string path, string uid, bool isDry, CancellationToken cancellationToken)
    {
        // A server reads the options of a deletion from its body, and then ignores its query: dryRun there would delete.
        return client.SendAsync(HttpMethod.Delete, path, JsonBytes.Object(writer =>
        {
            writer.WriteString("apiVersion", "v1");
            writer.WriteString("kind", "DeleteOptions");
            if (isDry)
            {
                writer.WriteStartArray("dryRun");
                writer.WriteStringValue("All");
                writer.WriteEndArray();
            }

            writer.WriteStartObject("preconditions");
            writer.WriteString("uid", uid);
            writer.WriteEndObject();
        }), "application/json", cancellationToken);
    }

    /// <summary>
    /// Polls until the objects are gone or others have their names. A watch of a missing name reports nothing, and a server that restarts
    /// is back soon.
    /// </summary>
    /// <param name="deleted">The objects.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>For each object, why it is not known to be gone at the time limit, as the end of a sentence; null if it is gone.</returns>
    public async Task<string?[]> WaitAsync(IReadOnlyList<(string Path, string Uid)> deleted, CancellationToken cancellationToken)
    {
        string?[] left = [.. deleted.Select(_ => "")];
        Polling polling = new(Limit, FirstPause, s_longestPause);
        do
        {
            for (int i = 0; i < left.Length; i++)
                left[i] = left[i] is null ? null : await LookAsync(deleted[i].Path, deleted[i].Uid, cancellationToken);
        }
        while (Array.Exists(left, why => why is not null) && await polling.PauseAsync(cancellationToken));
        return left;
    }

    private async Task<string?> LookAsync(string path, string uid, CancellationToken cancellationToken)
    {
        ClusterResponse response;
        try
        {
            response = await client.GetAsync(path, cancellationToken);
        }
        catch (AirgapException down) when (down.Code == ErrorCode.ClusterUnreachable)
        {
            return $"whether it still exists is unknown: {down.Message.TrimEnd('.')}";
        }

        if (response.Status == 404 || (response.IsSuccess && response.Object.Text("metadata", "uid") != uid))
            return null;
        if (!response.IsSuccess)
            return $"whether it still exists is unknown: {ClusterRefusal.Of(response, "it", "read").Message.TrimEnd('.')}";
        string finalizers = string.Join(", ", response.Object.Items("metadata", "finalizers"));
        return $"after {Limit.TotalSeconds:0.#} s, "
            + (finalizers.Length == 0 ? "it still exists" : $"its finalizers ({finalizers}) still hold it");
    }
}
