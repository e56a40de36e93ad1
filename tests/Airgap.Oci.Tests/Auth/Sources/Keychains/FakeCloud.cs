using System.Net;
using System.Text;

namespace Airgap.Oci.Tests.Auth.Sources.Keychains;

/// <summary>Cloud services that a test adds; no other address responds.</summary>
internal sealed class FakeCloud : HttpMessageHandler
{
    private readonly Dictionary<string, Func<Request, (int Status, string Body)>> _services = [];
    private readonly List<Request> _asked = [];

    /// <summary>Every request, in order.</summary>
    public IReadOnlyList<Request> Asked => _asked;

    /// <summary>Adds a service.</summary>
    /// <param name="line">Method and address, without a query.</param>
    /// <param name="body">The body of the response.</param>
    /// <param name="status">The status of the response.</param>
    public void On(string line, string body, int status = 200) => On(line, _ => (status, body));

    public void On(string line, Func<Request, (int Status, string Body)> answer) => _services[line] = answer;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string line = $"{request.Method} {request.RequestUri!.GetLeftPart(UriPartial.Path)}";
        string body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Dictionary<string, string> headers = request.Headers.NonValidated.ToDictionary(
            header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        Request asked = new(line, request.RequestUri.Query, body, headers);
        lock (_asked)
            _asked.Add(asked);
        if (!_services.TryGetValue(line, out Func<Request, (int Status, string Body)>? service))
            throw new HttpRequestException($"Connection refused ({request.RequestUri.Authority})");
        (int status, string answer) = service(asked);
        return new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(answer, Encoding.UTF8) };
    }

    /// <summary>One request.</summary>
    public sealed record Request(string Line, string Query, string Body, IReadOnlyDictionary<string, string> Headers)
    {
        /// <summary>A field of a form, or null.</summary>
        public string? Field(string name) => Body.Split('&')
            .Select(pair => pair.Split('=', 2))
            .Where(pair => pair[0] == name)
            .Select(pair => WebUtility.UrlDecode(pair[1]))
            .FirstOrDefault();
    }
}
