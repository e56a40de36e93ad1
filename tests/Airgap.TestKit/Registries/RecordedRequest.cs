using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Airgap.TestKit.Registries;

/// <summary>A request as a registry received it. Status and bytes are final once <see cref="IsComplete"/> is true.</summary>
public sealed partial class RecordedRequest
{
    private long _requestBytes;
    private long _responseBytes;

    internal RecordedRequest(int number, HttpRequest request)
    {
        Number = number;
        Method = request.Method;
        Path = request.Path.Value ?? "";
        Query = request.QueryString.Value ?? "";
        Headers = request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        (Kind, Repository, Reference) = Classify(Method, Path);
    }

    /// <summary>Counted from 0 in the order of arrival.</summary>
    public int Number { get; }

    public string Method { get; }

    public string Path { get; }

    /// <summary>With its question mark; empty when there is none.</summary>
    public string Query { get; }

    public string PathAndQuery => Path + Query;

    public RequestKind Kind { get; }

    /// <summary>Empty when the request concerns no repository.</summary>
    public string Repository { get; }

    /// <summary>Tag, digest or upload; empty when the request concerns none.</summary>
    public string Reference { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The response's status; 0 without a response.</summary>
    public int Status { get; internal set; }

    /// <summary>Bytes of the request's body that the registry read.</summary>
    public long RequestBytes => Interlocked.Read(ref _requestBytes);

    /// <summary>Bytes of the response's body.</summary>
    public long ResponseBytes => Interlocked.Read(ref _responseBytes);

    public bool IsComplete { get; internal set; }

    /// <summary>A header's value, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public override string ToString() => $"{Method} {PathAndQuery} -> {Status}";

    internal void CountRequestBytes(int count) => Interlocked.Add(ref _requestBytes, count);

    internal void CountResponseBytes(int count) => Interlocked.Add(ref _responseBytes, count);

    private static (RequestKind Kind, string Repository, string Reference) Classify(string method, string path)
    {
        if (path is "/v2/" or "/v2")
            return (RequestKind.Ping, "", "");
        if (path == "/v2/_catalog")
            return (RequestKind.Catalog, "", "");
        if (path == "/token")
            return (RequestKind.Token, "", "");
        if (Pattern().Match(path) is not { Success: true } match)
            return (RequestKind.Other, "", "");
        RequestKind kind = (match.Groups["what"].Value, method) switch
        {
            ("tags", "GET") => RequestKind.TagsList,
            ("manifests", "GET") => RequestKind.ManifestGet,
            ("manifests", "HEAD") => RequestKind.ManifestHead,
            ("manifests", "PUT") => RequestKind.ManifestPut,
            ("manifests", "DELETE") => RequestKind.ManifestDelete,
            ("blobs", "GET") => RequestKind.BlobGet,
            ("blobs", "HEAD") => RequestKind.BlobHead,
            ("blobs", "DELETE") => RequestKind.BlobDelete,
            ("blobs/uploads", "POST") => RequestKind.UploadPost,
            ("blobs/uploads", "PATCH") => RequestKind.UploadPatch,
            ("blobs/uploads", "PUT") => RequestKind.UploadPut,
            ("blobs/uploads", "GET") => RequestKind.UploadGet,
            ("blobs/uploads", "DELETE") => RequestKind.UploadDelete,
            ("referrers", "GET") => RequestKind.ReferrersGet,
            _ => RequestKind.Other,
        };
        return (kind, match.Groups["name"].Value, match.Groups["reference"].Value);
    }

    [GeneratedRegex("^/v2/(?<name>.+?)/(?<what>tags|manifests|blobs/uploads|blobs|referrers)/(?<reference>[^/]*)$")]
    private static partial Regex Pattern();
}
