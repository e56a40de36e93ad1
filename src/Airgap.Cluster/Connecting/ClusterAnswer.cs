using System.Text.Json;

namespace Airgap.Cluster.Connecting;

/// <summary>What the API answered to one request.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The JSON document; null where the answer is not JSON.</param>
/// <param name="Text">The body as text where it is not JSON; empty otherwise.</param>
internal sealed record ClusterAnswer(int Status, JsonElement? Body, string Text)
{
    /// <summary>The texts of <c>Warning</c> headers.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>True for 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The object of a success.</summary>
    public JsonElement Object => Body ?? default;
}

/// <summary>One event of a watch.</summary>
/// <param name="Type"><c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c>, <c>BOOKMARK</c> or <c>ERROR</c>.</param>
/// <param name="Object">The object, or the Status of an error.</param>
internal readonly record struct WatchEvent(string Type, JsonElement Object);
