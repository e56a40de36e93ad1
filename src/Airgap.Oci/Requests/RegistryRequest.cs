
using Airgap.Oci.Auth;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>A request to a registry: what goes over the wire, and what it needs to be allowed.</summary>
/// <param name="Kind">What it is counted as.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query below <c>/v2/</c>, or an absolute address that the registry named.</param>
/// <param name="Scopes">What a token must allow.</param>
/// <param name="Operation">What it is for.</param>
internal sealed record RegistryRequest(RequestKind Kind, HttpMethod Method, Uri Target, ScopeSet Scopes, Operation Operation)
{
    /// <summary>
    /// Asks before a body is sent whether it is wanted. A connection that is reset takes the answer with it that would say why, and asked so a server
    /// answers before there is anything to reset.
    /// </summary>
    /// <remarks>Source: RFC 9110, section 10.1.1.</remarks>
    public static IReadOnlyList<KeyValuePair<string, string>> AskingFirst { get; } = [new("Expect", "100-continue")];

    /// <summary>Further headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Makes the body anew for each time it is sent.</summary>
    public Func<Watchdog, HttpContent>? Content { get; init; }

    /// <summary>Whether much is sent or received (<see cref="Bulk"/>).</summary>
    public bool IsBulk { get; init; }

    /// <summary>Statuses beside 2xx that the caller deals with.</summary>
    public Func<int, bool> Expects { get; init; } = static _ => false;

    /// <summary>A target below the repository.</summary>
    public static Uri Below(string path, string rest) => new($"/v2/{path}/{rest}", UriKind.Relative);
}
