using System.Globalization;
using System.Net.Http.Headers;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>
/// An upload that a registry has opened: the address of its next request, and the number of bytes that the registry
/// has.
/// </summary>
/// <remarks>Source: OCI distribution specification, "Pushing blobs".</remarks>
internal sealed class UploadSession
{
    private readonly bool _registryIsLocal;
    private readonly Operation _operation;
    private int _unanswered;

    /// <summary>Makes a session from the response that opened it.</summary>
    public UploadSession(HttpResponseMessage opened, bool registryIsLocal, Operation operation)
    {
        _registryIsLocal = registryIsLocal;
        _operation = operation;
        Location = LocationOf(opened, registryIsLocal, operation);
        MinimumChunk = MinimumOf(opened);
    }

    /// <summary>Makes a session from the state of an earlier run.</summary>
    public UploadSession(Uri location, bool registryIsLocal, Operation operation)
    {
        _registryIsLocal = registryIsLocal;
        _operation = operation;
        Location = location;
        IsInDoubt = true;
    }

    /// <summary>The address of the next request. It changes with each response.</summary>
    public Uri Location { get; private set; }

    /// <summary>The bytes that the registry has confirmed.</summary>
    public long Offset { get; private set; }

    /// <summary>The minimum length of a chunk other than the last; 0 for any.</summary>
    public long MinimumChunk { get; private set; }

    /// <summary>
    /// True when a request broke off, so that the registry may have more than <see cref="Offset"/>, or have lost
    /// everything.
    /// </summary>
    public bool IsInDoubt { get; set; }

    /// <summary>True after the status was requested: the bytes were not all sent in one request.</summary>
    public bool WasAsked { get; private set; }

    /// <summary>True if it was opened before its blob was known to be sent, so that it may have expired.</summary>
    public bool IsEarly { get; set; }

    /// <summary>Counts a status request without a response.</summary>
    /// <returns>The number of such requests since the last response.</returns>
    public int CountUnanswered() => ++_unanswered;

    /// <summary>Updates the session from a response.</summary>
    /// <param name="answer">The response to a PATCH or to a status request.</param>
    /// <param name="next">The first byte the registry lacks.</param>
    public void Advance(HttpResponseMessage answer, long next)
    {
        if (Redirects.LocationOf(answer) is not null)
            Location = LocationOf(answer, _registryIsLocal, _operation);
        Offset = next;
        MinimumChunk = Math.Max(MinimumChunk, MinimumOf(answer));
        IsInDoubt = false;
        _unanswered = 0;
    }

    /// <summary>Updates the session from the response to a status request.</summary>
    public void Resume(HttpResponseMessage answer, long next)
    {
        Advance(answer, next);
        WasAsked = true;
    }

    /// <summary>
    /// The first byte that a registry lacks, according to its Range: "0-1023" means 1024 bytes, and "0-0" means none,
    /// because no client sends single bytes.
    /// </summary>
    /// <returns>Null when the response has no Range.</returns>
    public static long? NextOf(HttpResponseMessage answer)
    {
        string? range = ValueOf(answer, "Range");
        int dash = range?.LastIndexOf('-') ?? -1;
        if (dash < 0 || !long.TryParse(range.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long last)
            || last == long.MaxValue)
            return null;
        return last == 0 ? 0 : last + 1;
    }

    /// <summary>
    /// The address in a response about an upload. It may be relative or on another host, and its query must be kept.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.RegistryProtocol"/>: there is none;
    /// <see cref="ErrorCode.RedirectRefused"/>.</exception>
    public static Uri LocationOf(HttpResponseMessage response, bool registryIsLocal, Operation operation)
    {
        Uri from = response.RequestMessage!.RequestUri!;
        string location = Redirects.LocationOf(response)
            ?? throw operation.Failed(
                ErrorCode.RegistryProtocol, $"{from.Authority} opened an upload without giving its address",
                "Report it to the registry's operator.");
        return Redirects.Resolve(from, location, registryIsLocal, operation);
    }

    /// <summary>The address that finishes an upload.</summary>
    public static Uri WithDigest(Uri location, Digest digest)
    {
        string text = location.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);
        char separator = !text.Contains('?') ? '?' : '&';
        return new Uri($"{text}{(text[^1] is '?' or '&' ? "" : separator)}digest={Uri.EscapeDataString(digest.ToString())}");
    }

    private static long MinimumOf(HttpResponseMessage answer) =>
        long.TryParse(ValueOf(answer, "OCI-Chunk-Min-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out long minimum)
            ? minimum : 0;

    private static string? ValueOf(HttpResponseMessage answer, string header)
    {
        if (answer.Headers.NonValidated.TryGetValues(header, out HeaderStringValues values))
            return values.ToString();
        return answer.Content.Headers.NonValidated.TryGetValues(header, out values) ? values.ToString() : null;
    }
}
