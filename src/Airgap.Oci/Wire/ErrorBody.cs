using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Airgap.Oci.Wire;

/// <summary>The error in a response body.</summary>
/// <param name="Code">Its error code, such as <c>MANIFEST_UNKNOWN</c>, the most specific of several; empty when there
/// is none.</param>
/// <param name="Text">All errors, on one line, as <c>CODE: message; CODE: message</c>; may be empty.</param>
/// <remarks>Source: OCI distribution specification, "Error Codes"; RFC 6749, section 5.2, for token servers.</remarks>
internal sealed record ErrorBody(string Code, string Text)
{
    private const int MaxBytes = 64 * 1024;
    private const int MaxCharacters = 400;
    private const int MaxErrors = 10;
    private static readonly string[] s_tlsWords = ["HTTPS", "SSL", "TLS"];

    public static ErrorBody None { get; } = new("", "");

    /// <summary>Reads a response body, up to 64 KiB. An unreadable body counts as empty: the status remains.</summary>
    public static Task<ErrorBody> ReadAsync(
        HttpResponseMessage response, TimeProvider clock, TimeSpan limit, CancellationToken cancellationToken) =>
        ReadAsync(response, body => Parse(body, response.Content.Headers.ContentType?.MediaType), None, clock, limit, cancellationToken);

    /// <summary>
    /// True for the text with which a server that demands TLS answers a request in the clear, such as Go's "Client sent an HTTP request to
    /// an HTTPS server", nginx's "The plain HTTP request was sent to HTTPS port" or Apache's "plain HTTP to an SSL-enabled server port".
    /// </summary>
    public static Task<bool> NamesTlsAsync(
        HttpResponseMessage response, TimeProvider clock, TimeSpan limit, CancellationToken cancellationToken) =>
        ReadAsync(response, static body => s_tlsWords.Any(Encoding.UTF8.GetString(body.Span).Contains), false, clock, limit,
            cancellationToken);

    private static async Task<T> ReadAsync<T>(
        HttpResponseMessage response, Func<ReadOnlyMemory<byte>, T> read, T unreadable, TimeProvider clock, TimeSpan limit,
        CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MaxBytes);
        using Watchdog watchdog = new(clock, limit, cancellationToken);
        try
        {
            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            await using (body)
            {
                watchdog.Start();
                int length = await body.ReadAtLeastAsync(buffer.AsMemory(0, MaxBytes), MaxBytes, throwOnEndOfStream: false, watchdog.Token);
                return read(buffer.AsMemory(0, length));
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException || (e is OperationCanceledException && watchdog.Fired))
        {
            return unreadable;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Parses a body.</summary>
    public static ErrorBody Parse(ReadOnlyMemory<byte> body, string? mediaType)
    {
        if (body.IsEmpty)
            return None;
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? FromJson(document.RootElement) : None;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // HTML is unreadable on a console; plain text is often a good message.
            return mediaType is null or "text/plain" or "application/json" ? new("", OneLine(Encoding.UTF8.GetString(body.Span))) : None;
        }
    }

    private static ErrorBody FromJson(JsonElement root)
    {
        if (root.TryGetProperty("errors", out JsonElement errors) && errors.ValueKind == JsonValueKind.Array)
        {
            // A general error often precedes the specific one.
            (string Code, string Text)[] all =
            [
                .. errors.EnumerateArray()
                    .Where(error => error.ValueKind == JsonValueKind.Object)
                    .Select(error => Entry(StringOf(error, "code"), WithDetail(StringOf(error, "message"), error)))
                    .Take(MaxErrors),
            ];
            if (all.Length > 0)
                return new(all.MaxBy(error => Weight(error.Code)).Code,
                    string.Join("; ", all.Select(error => error.Text).Where(text => text.Length > 0).Distinct()));
        }

        string description = StringOf(root, "error_description");
        string code = StringOf(root, "error");
        if (description.Length > 0 || code.Length > 0)
            return description.Length > 0 ? Of(Entry(code, description)) : new("", code);
        string message = StringOf(root, "message");
        return new("", message.Length > 0 ? message : StringOf(root, "details"));
    }

    private static ErrorBody Of((string Code, string Text) error) => new(error.Code, error.Text);

    // The code and the message, or whichever exists.
    private static (string Code, string Text) Entry(string code, string message) =>
        (code, code.Length == 0 ? message : message.Length == 0 ? code : $"{code}: {message}");

    private static int Weight(string code) => code switch
    {
        "" => 0,
        "UNKNOWN" => 1,
        "MANIFEST_BLOB_UNKNOWN" or "BLOB_UNKNOWN" => 5,
        "MANIFEST_UNKNOWN" or "NAME_UNKNOWN" => 4,
        "UNAUTHORIZED" or "DENIED" or "TOOMANYREQUESTS" => 3,
        _ => 2,
    };

    // A textual detail is often the only part that names the problem; an object repeats the request.
    private static string WithDetail(string message, JsonElement error)
    {
        string detail = StringOf(error, "detail");
        return detail.Length == 0 || message.Contains(detail, StringComparison.Ordinal) ? message
            : message.Length == 0 ? detail
            : OneLine($"{message} ({detail})");
    }

    private static string StringOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? OneLine(value.GetString()!) : "";

    private static string OneLine(string text)
    {
        StringBuilder line = new(Math.Min(text.Length, MaxCharacters));
        foreach (char c in text.AsSpan().Trim())
        {
            if (line.Length == MaxCharacters)
                return line.Append('…').ToString();
            char next = char.IsControl(c) || char.IsWhiteSpace(c) ? ' ' : c;
            if (next != ' ' || (line.Length > 0 && line[^1] != ' '))
                line.Append(next);
        }

        return line.ToString().TrimEnd(' ', '.');
    }
}
