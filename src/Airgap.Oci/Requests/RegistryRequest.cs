using Airgap.Oci.Auth;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>A request to a registry, with the scopes that it needs.</summary>
/// <param name="Kind">The counter.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query below <c>/v2/</c>, or an absolute address from the registry.</param>
/// <param name="Scopes">The scopes of its token.</param>
/// <param name="Operation">Its purpose.</param>
internal sealed record RegistryRequest(RequestKind Kind, HttpMethod Method, Uri Target, ScopeSet Scopes, Operation Operation)
{
    /// <summary>
    /// True to ask before sending a body whether the server accepts it (Expect: 100-continue). When a server resets the
    /// connection during a body, its response is lost; when asked first, it responds before there is anything to reset.
    /// </summary>
    /// <remarks>Source: RFC 9110, section 10.1.1.</remarks>
    public static IReadOnlyList<KeyValuePair<string, string>> AskingFirst { get; } = [new("Expect", "100-continue")];

    /// <summary>Further headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Creates the body each time it is sent.</summary>
    public Func<Watchdog, HttpContent>? Content { get; init; }

    /// <summary>True when a large body is sent or received (<see cref="Bulk"/>).</summary>
    public bool IsBulk { get; init; }

    /// <summary>True for a short question about manifests or tags: sending it twice costs little, and changes nothing.</summary>
    public bool IsQuestion => Kind is RequestKind.ManifestGet or RequestKind.ManifestHead or RequestKind.Tags
        && !Target.IsAbsoluteUri && (Method == HttpMethod.Get || Method == HttpMethod.Head);

    /// <summary>Statuses other than 2xx that the caller handles.</summary>
    public Func<int, bool> Expects { get; init; } = static _ => false;

    /// <summary>A target below the repository.</summary>
    public static Uri Below(string path, string rest) => new($"/v2/{path}/{rest}", UriKind.Relative);
}
