using System.Globalization;
using System.Net.Security;
using System.Text.Json;
using Airgap.Cluster.Objects;

namespace Airgap.Cluster.Connecting;

/// <summary>A plugin's credentials. Never shown.</summary>
/// <param name="Token">The token; null for none.</param>
/// <param name="Certificate">The client's certificate; null for none.</param>
/// <param name="Ends">When they expire; null if they are valid for the whole run.</param>
/// <remarks>Source: Kubernetes documentation, "Authenticating", client-go credential plugins.</remarks>
internal sealed record ExecCredential(string? Token, SslStreamCertificateContext? Certificate, DateTimeOffset? Ends)
{
    /// <summary>Reads a plugin's output.</summary>
    /// <param name="output">The output.</param>
    /// <param name="apiVersion">The requested version.</param>
    /// <exception cref="FormatException">It is something else. The words do not quote it.</exception>
    public static ExecCredential Read(string output, string apiVersion)
    {
        JsonElement read;
        try
        {
            read = ClusterJson.Parse(output);
        }
        catch (JsonException broken)
        {
            throw new FormatException("its output is not the JSON of an ExecCredential", broken);
        }

        if (read.Text("kind") != nameof(ExecCredential) || read.Text("apiVersion") != apiVersion)
            throw new FormatException($"its output is not an ExecCredential of {apiVersion}");
        string? token = read.Text("status", "token");
        string? certificate = read.Text("status", "clientCertificateData");
        string? key = read.Text("status", "clientKeyData");
        if ((certificate is null) != (key is null))
            throw new FormatException("it returned a certificate or a key, but not both");
        if (token is null && certificate is null)
            throw new FormatException("it returned neither a token nor a certificate");
        return new ExecCredential(token, certificate is null ? null : ClientCertificates.Of(certificate, key!), TimeOf(read));
    }

    /// <inheritdoc/>
    public override string ToString() => nameof(ExecCredential);

    private static DateTimeOffset? TimeOf(JsonElement read) => read.Text("status", "expirationTimestamp") is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time
        : throw new FormatException("its expirationTimestamp is not a time");
}
