using System.Text.Json;
using Airgap.Cluster.Objects;

namespace Airgap.Cluster.Connecting;

/// <summary>One event of a watch.</summary>
/// <param name="Type"><c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c>, <c>BOOKMARK</c> or <c>ERROR</c>.</param>
/// <param name="Object">The object, or the Status of an error.</param>
internal readonly record struct WatchEvent(string Type, JsonElement Object)
{
    /// <summary>Reads a line of a watch; null if it is not an event.</summary>
    /// <exception cref="IOException">The line is not JSON.</exception>
    public static WatchEvent? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            JsonElement root = ClusterJson.Parse(line);
            return root.Text("type") is { } type && root.Find("object") is { } about ? new WatchEvent(type, about) : null;
        }
        catch (JsonException broken)
        {
            throw new IOException("The watch sent something that is not an event.", broken);
        }
    }
}
