using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Http;

/// <summary>The one user that a registry with a password knows.</summary>
/// <remarks>Source: RFC 7617.</remarks>
internal sealed class BasicAuthentication(string user, string password)
{
    // Hashes have one length, so that the comparison takes the same time for every guess.
    private readonly byte[] _expected = SHA256.HashData(Encoding.UTF8.GetBytes($"{user}:{password}"));

    /// <summary>Refuses a request that does not bring the user's name and password.</summary>
    public void Check(HttpContext context)
    {
        if (IsKnown(context.Request.Headers.Authorization))
            return;
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"registry\", charset=\"UTF-8\"";
        throw Refusal.Unauthorized();
    }

    private bool IsKnown(string? header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out AuthenticationHeaderValue? value)
            || !value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            || value.Parameter is null)
        {
            return false;
        }

        byte[] given = new byte[value.Parameter.Length];
        return Convert.TryFromBase64String(value.Parameter, given, out int length)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(given.AsSpan(0, length)), _expected);
    }
}
