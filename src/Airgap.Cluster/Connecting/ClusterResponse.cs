using System.Text;
using System.Text.Json;
using Airgap.Cluster.Objects;
using Airgap.Oci.Wire;

namespace Airgap.Cluster.Connecting;

/// <summary>The API's response to one request.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The JSON document; null if the answer is not JSON.</param>
/// <param name="Text">The body as text if it is not JSON; otherwise empty.</param>
internal sealed record ClusterResponse(int Status, JsonElement? Body, string Text)
{
    private const int LongestAnswer = 256 * 1024 * 1024;
    private const int LongestText = 64 * 1024;

    /// <summary>The texts of <c>Warning</c> headers.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>True for a response of kapp-controller's own API, or of the cluster in its place.</summary>
    public bool IsOfPackages { get; init; }

    /// <summary>True for 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The object of a success.</summary>
    public JsonElement Object => Body ?? default;

    /// <summary>Reads an answer, without credentials that the server repeats in it.</summary>
    public static async Task<ClusterResponse> ReadAsync(
        HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken);
        ReadOnlyMemory<byte> bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        JsonElement? body = null;
        bool isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        bytes = EchoedCredentials.Remove(
            isJson ? bytes : bytes[..Math.Min(bytes.Length, LongestText)], request, isShown: !response.IsSuccessStatusCode);
        if (isJson)
        {
            try
            {
                body = ClusterJson.Parse(bytes.Span);
            }
            catch (JsonException)
            {
                // A proxy's page under a wrong type: shown as text.
            }
        }

        return new ClusterResponse((int)response.StatusCode, body, body is null ? Encoding.UTF8.GetString(bytes.Span) : "")
        {
            IsOfPackages = request.RequestUri?.OriginalString.Contains("apis/data.packaging.carvel.dev/", StringComparison.Ordinal) == true,
            Warnings = [.. response.Headers.Warning.Select(warning => Redaction.Echo(Unquoted(warning.Text), request))],
        };
    }

    // RFC 9110, 5.6.4: a backslash stands before a quotation mark or backslash of the text.
    private static string Unquoted(string quoted)
    {
        StringBuilder text = new(quoted.Length);
        for (int i = 1; i < quoted.Length - 1; i++)
        {
            if (quoted[i] == '\\' && i + 1 < quoted.Length - 1)
                i++;
            text.Append(quoted[i]);
        }

        return text.ToString();
    }
}
