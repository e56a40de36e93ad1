using System.Text.Json;
using Airgap.Oci;

namespace Airgap.Cluster.Objects;

/// <summary>The credentials that kapp-controller reads out of a Secret. They are used, and never shown.</summary>
internal static class SecretCredential
{
    /// <summary>The credentials for a host; null if the Secret has none for it.</summary>
    public static Credential? Of(JsonElement secret, string host)
    {
        if (SecretContent.Auths(secret) is { } auths)
        {
            foreach (JsonProperty entry in auths.EnumerateObject().Where(entry => SecretContent.IsFor(entry.Name, host)))
                return OfEntry(entry.Value);
            return null;
        }

        string? token = Value(secret, "token");
        string? user = Value(secret, "username");
        return user is not null && Value(secret, "password") is { } password
            ? new Credential.Basic(user, password) : token is not null ? new Credential.Bearer(token) : null;
    }

    private static Credential.Basic? OfEntry(JsonElement entry)
    {
        if (entry.Text("username") is { } user && entry.Text("password") is { } password)
            return new Credential.Basic(user, password);
        string[] parts = SecretContent.Decode(entry.Text("auth") ?? "").Split(':', 2);
        return parts.Length == 2 && parts[0].Length > 0 ? new Credential.Basic(parts[0], parts[1]) : null;
    }

    private static string? Value(JsonElement secret, string key) =>
        secret.Text("data", key) is { } encoded && SecretContent.Decode(encoded) is { Length: > 0 } text ? text : null;
}
