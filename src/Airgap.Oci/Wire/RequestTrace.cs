using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Airgap.Oci.Wire;

/// <summary>
/// Reports requests and responses to <see cref="RegistryOptions.Trace"/>: one call for each, so that threads do not mix
/// lines. No bodies. Secrets are removed first; the rest is made printable.
/// </summary>
internal sealed class RequestTrace(Action<string>? trace)
{
    private readonly Action<string>? _sink = trace is null ? null : text => trace(Printable.Block(text));

    /// <param name="request">What is sent.</param>
    /// <param name="proxy">Its proxy, or null.</param>
    public void Request(HttpRequestMessage request, Uri? proxy)
    {
        if (_sink is null)
            return;
        StringBuilder text = new StringBuilder("--> ").Append(request.Method).Append(' ').Append(Redaction.Url(request.RequestUri!));
        if (proxy is not null)
            text.Append(" (proxy ").Append(proxy.Authority).Append(')');
        Append(text, request.Headers);
        if (request.Content is { } content)
            Append(text, content.Headers);
        _sink(text.ToString());
    }

    public void Answer(HttpRequestMessage request, HttpResponseMessage response, TimeSpan duration)
    {
        if (_sink is null)
            return;
        StringBuilder text = new StringBuilder("<-- ")
            .Append((int)response.StatusCode).Append(' ').Append(response.ReasonPhrase).Append(' ')
            .Append(request.Method).Append(' ').Append(Redaction.Url(request.RequestUri!))
            .Append(CultureInfo.InvariantCulture, $" ({duration.TotalMilliseconds:F0} ms)");
        Append(text, response.Headers);
        Append(text, response.Content.Headers);
        _sink(Redaction.Echo(text.ToString(), request));
    }

    public void Failure(HttpRequestMessage request, Exception exception, TimeSpan duration) => _sink?.Invoke(string.Create(
        CultureInfo.InvariantCulture,
        $"<-- {request.Method} {Redaction.Url(request.RequestUri!)} failed: {exception.GetType().Name}: " +
        $"{Redaction.Echo(exception.GetBaseException().Message, request)} ({duration.TotalMilliseconds:F0} ms)"));

    public void Retry(int attempt, TimeSpan delay, string reason) => _sink?.Invoke(string.Create(
        CultureInfo.InvariantCulture,
        $"... attempt {attempt} in {delay.TotalMilliseconds:F0} ms: {reason}"));

    public void Note(string text) => _sink?.Invoke("... " + text);

    private static void Append(StringBuilder text, HttpHeaders headers)
    {
        foreach ((string name, HeaderStringValues values) in headers.NonValidated)
        {
            foreach (string value in values)
                text.Append("\n    ").Append(name).Append(": ").Append(Redaction.Header(name, value));
        }
    }
}
