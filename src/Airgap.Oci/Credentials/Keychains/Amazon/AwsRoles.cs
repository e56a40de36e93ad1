using System.Xml;

namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>Assumes roles at Amazon's security token service.</summary>
/// <remarks>Source: AWS Security Token Service API reference, AssumeRole and AssumeRoleWithWebIdentity.</remarks>
internal sealed class AwsRoles(CloudClient client, AwsEndpoints endpoints)
{
    private const string DefaultSession = "airgap";

    /// <summary>Assumes a role with a token that another identity provider signed.</summary>
    /// <exception cref="CloudException"/>
    public async Task<AwsKeys> AssumeWithTokenAsync(
        AwsRegion region, string role, string tokenFile, string? session, CancellationToken cancellationToken)
    {
        string token = await CloudFiles.ReadAsync(tokenFile, cancellationToken);
        return await AssumeAsync(
            region, [new("Action", "AssumeRoleWithWebIdentity"), new("WebIdentityToken", token)], role, session,
            keys: null, cancellationToken);
    }

    /// <summary>Assumes a role with other keys.</summary>
    /// <exception cref="CloudException"/>
    public Task<AwsKeys> AssumeAsync(
        AwsRegion region, string role, string? session, string? externalId, AwsKeys keys, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> fields = [new("Action", "AssumeRole")];
        if (externalId is not null)
            fields.Add(new("ExternalId", externalId));
        return AssumeAsync(region, fields, role, session, keys, cancellationToken);
    }

    private async Task<AwsKeys> AssumeAsync(
        AwsRegion region, List<KeyValuePair<string, string>> fields, string role, string? session, AwsKeys? keys,
        CancellationToken cancellationToken)
    {
        using FormUrlEncodedContent form =
            new([.. fields, new("Version", "2011-06-15"), new("RoleArn", role), new("RoleSessionName", session ?? DefaultSession)]);
        byte[] body = await form.ReadAsByteArrayAsync(cancellationToken);
        Uri service = endpoints.Of("STS", region.Endpoint("sts"));
        CloudResponse response = await client.AskAsync(
            () =>
            {
                HttpRequestMessage request = new(HttpMethod.Post, service) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
                if (keys is not null)
                    AwsSignature.Sign(request, body, keys, region.Name, "sts", client.Clock.GetUtcNow());
                return request;
            },
            cancellationToken);
        Dictionary<string, string> values = ReadLeaves(response.Text);
        if (response.IsSuccess
            && values.TryGetValue("AccessKeyId", out string? id)
            && values.TryGetValue("SecretAccessKey", out string? secret)
            && values.TryGetValue("SessionToken", out string? token))
            return new AwsKeys(id, secret, token);
        throw new CloudException(
            $"the role {role} was refused " +
            $"({values.GetValueOrDefault("Code") ?? response.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)}{Said(values)})");
    }

    private static string Said(Dictionary<string, string> values) =>
        values.TryGetValue("Message", out string? message) ? $": {message.TrimEnd('.')}" : "";

    // The elements with text, by name: each of the needed elements occurs once in a response.
    private static Dictionary<string, string> ReadLeaves(string xml)
    {
        Dictionary<string, string> values = [];
        try
        {
            using XmlReader reader = XmlReader.Create(
                new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            string name = "";
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element)
                    name = reader.LocalName;
                else if (reader.NodeType == XmlNodeType.Text)
                    values.TryAdd(name, reader.Value.Trim());
            }
        }
        catch (XmlException)
        {
            // A response that is not XML has no fields.
        }

        return values;
    }
}
