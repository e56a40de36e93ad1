using System.Collections.Immutable;

namespace Airgap.Oci.Auth;

/// <summary>One challenge of a WWW-Authenticate header. Names of schemes and parameters are case-insensitive.</summary>
/// <param name="Scheme">Such as <c>Bearer</c> or <c>Basic</c>.</param>
/// <param name="Parameters">Its parameters; of repeated names, the first counts.</param>
internal sealed record Challenge(string Scheme, ImmutableDictionary<string, string> Parameters)
{
    public bool IsBearer => Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && Realm is not null;

    public bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    /// <summary>The token server, for a bearer challenge.</summary>
    public string? Realm => Parameters.GetValueOrDefault("realm");

    public string? Service => Parameters.GetValueOrDefault("service");

    /// <summary>The scope that the request needs.</summary>
    public string? Scope => Parameters.GetValueOrDefault("scope");

    /// <summary>Chooses one of several challenges, preferring a token to a password.</summary>
    public static Challenge? Choose(IReadOnlyList<Challenge> challenges) =>
        challenges.FirstOrDefault(c => c.IsBearer) ?? challenges.FirstOrDefault(c => c.IsBasic);
}
