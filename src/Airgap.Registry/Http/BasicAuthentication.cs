using System.Net.Http.Headers;
using System.Text;
using Airgap.Registry.Users;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Http;

/// <summary>Requires a user name and password.</summary>
/// <remarks>Source: RFC 7617.</remarks>
internal sealed class BasicAuthentication(IUserStore users)
{
    /// <summary>Refuses a request without the name and password of a known user.</summary>
    /// <returns>The user.</returns>
    public async ValueTask<string> CheckAsync(HttpContext context)
    {
        if (Read(context.Request.Headers.Authorization) is { } login
            && await users.KnowsAsync(login.User, login.Password, context.RequestAborted))
            return login.User;
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"registry\", charset=\"UTF-8\"";
        throw Refusal.Unauthorized();
    }

    private static (string User, string Password)? Read(string? header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out AuthenticationHeaderValue? value)
            || !value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            || value.Parameter is null)
        {
            return null;
        }

        byte[] given = new byte[value.Parameter.Length];
        if (!Convert.TryFromBase64String(value.Parameter, given, out int length))
            return null;
        string text = Encoding.UTF8.GetString(given, 0, length);
        int colon = text.IndexOf(':');
        return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
    }
}
