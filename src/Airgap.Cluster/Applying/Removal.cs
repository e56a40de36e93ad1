using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;

namespace Airgap.Cluster.Applying;

/// <summary>Deletes objects, each only while it is the one that was read: a new object of the same name has another owner.</summary>
/// <param name="client">The cluster.</param>
internal sealed class Removal(ClusterClient client)
{
    /// <summary>The pause between two checks.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait for a deletion: a finalizer may hold it up.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Requests the deletion.</summary>
    /// <param name="path">The object.</param>
    /// <param name="uid">The one that is meant.</param>
    /// <param name="isDry">True to have the server try it and keep everything.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<ClusterAnswer> DeleteAsync(string path, string uid, bool isDry, CancellationToken cancellationToken)
    {
        using MemoryStream body = new();
        using (Utf8JsonWriter writer = new(body))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion", "v1");
            writer.WriteString("kind", "DeleteOptions");
            writer.WriteStartObject("preconditions");
            writer.WriteString("uid", uid);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return client.SendAsync(
            HttpMethod.Delete, path + (isDry ? "?dryRun=All" : ""), body.ToArray(), "application/json", cancellationToken);
    }

    /// <summary>Polls until the object is gone or another has its name. A watch of a missing name reports nothing.</summary>
    /// <returns>False if it is still there at the time limit.</returns>
    public async Task<bool> WaitAsync(string path, string uid, CancellationToken cancellationToken)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            ClusterAnswer answer = await client.GetAsync(path, cancellationToken);
            if (answer.Status == 404 || (answer.IsSuccess && answer.Object.Text("metadata", "uid") != uid))
                return true;
            if (TimeProvider.System.GetElapsedTime(started) >= Limit)
                return false;
            await Task.Delay(Pause, cancellationToken);
        }
    }
}
