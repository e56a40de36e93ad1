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
        return client.SendAsync(
            HttpMethod.Delete, path + (isDry ? "?dryRun=All" : ""), JsonBytes.Object(writer =>
        {
            writer.WriteString("apiVersion", "v1");
            writer.WriteString("kind", "DeleteOptions");
            writer.WriteStartObject("preconditions");
            writer.WriteString("uid", uid);
            writer.WriteEndObject();
        }), "application/json", cancellationToken);
    }

    /// <summary>Polls until the object is gone or another has its name. A watch of a missing name reports nothing.</summary>
    /// <returns>False if it is still there at the time limit.</returns>
    public async Task<bool> WaitAsync(string path, string uid, CancellationToken cancellationToken)
    {
        Polling polling = new(Limit, FirstPause, s_longestPause);
        do
        {
            ClusterResponse response = await client.GetAsync(path, cancellationToken);
            if (response.Status == 404 || (response.IsSuccess && response.Object.Text("metadata", "uid") != uid))
                return true;
        }
        while (await polling.PauseAsync(cancellationToken));
        return false;
    }
}
