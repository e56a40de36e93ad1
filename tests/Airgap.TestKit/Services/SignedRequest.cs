using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Airgap.TestKit.Services;

/// <summary>Checks the signature of a request to Amazon, by the specification alone: it shares no code with the product.</summary>
/// <remarks>Source: AWS Signature Version 4, "Create a signed AWS API request".</remarks>
public static class SignedRequest
{
    /// <summary>True when a request is signed with a key.</summary>
    public static bool IsBy(HttpRequest request, byte[] body, string keyId, string secretKey)
    {
        const string Algorithm = "AWS4-HMAC-SHA256 ";
        string header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Algorithm, StringComparison.Ordinal))
            return false;
        Dictionary<string, string> parts = header[Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        string[] credential = parts["Credential"].Split('/');
        string[] signed = parts["SignedHeaders"].Split(';');
        if (credential[0] != keyId || !signed.Contains("host") || !signed.Contains("x-amz-date") || !signed.Contains("x-amz-target"))
            return false;
        StringBuilder canonical = new($"{request.Method}\n{request.Path}\n\n");
        foreach (string name in signed)
            canonical.Append(name).Append(':').Append(request.Headers[name].ToString().Trim()).Append('\n');
        canonical.Append('\n').Append(parts["SignedHeaders"]).Append('\n').Append(Hex(SHA256.HashData(body)));
        string scope = string.Join('/', credential[1..]);
        string toSign =
            $"AWS4-HMAC-SHA256\n{request.Headers["X-Amz-Date"]}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        byte[] key = credential[1..].Aggregate(Encoding.UTF8.GetBytes("AWS4" + secretKey), Hmac);
        return parts["Signature"] == Hex(Hmac(key, toSign));
    }

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
