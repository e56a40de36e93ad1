using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Oci;
using Airgap.Trust.Certificates;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;
using Airgap.Trust.Roots;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Policies;

/// <summary>Reads the requirements of a policy.json.</summary>
internal sealed class RequirementReader(Format format, Func<string, byte[]> readFile)
{
    private const int MaxKeys = 100;

    /// <summary>Reads one.</summary>
    public PolicyRequirement Read(JsonFields fields)
    {
        fields.NoNulls();
        string type = fields.NeededText("type");
        PolicyRequirement requirement = type switch
        {
            "insecureAcceptAnything" => new PolicyRequirement.AcceptAnything(),
            "reject" => new PolicyRequirement.Reject(),
            "sigstoreSigned" => Signed(fields),
            "signedBy" => SignedBy(fields),
            _ => throw format.Invalid($"the requirement '{type}' is not known"),
        };
        fields.Only();
        return requirement;
    }

    // Not supported, but a malformed one is an error of the whole file, as for others.
    private PolicyRequirement.Unsupported SignedBy(JsonFields fields)
    {
        if (fields.NeededText("keyType") is not ("GPGKeys" or "signedByGPGKeys" or "X509Certificates" or "signedByX509CAs"))
            throw format.Invalid("signedBy has an unknown keyType");
        int keys = new[] { "keyPath", "keyPaths", "keyData" }.Count(fields.IsWritten);
        _ = (fields.Text("keyPath"), fields.Texts("keyPaths", MaxKeys), fields.Bytes("keyData"));
        if (keys != 1)
            throw format.Invalid("signedBy has to have exactly one of keyPath, keyPaths and keyData");
        _ = SignedIdentity.Read(fields.Object("signedIdentity"));
        return new PolicyRequirement.Unsupported("signedBy");
    }

    private PolicyRequirement.Signed Signed(JsonFields fields)
    {
        List<(byte[] Bytes, string Name)>? keys = Sources(fields, "key");
        JsonFields? fulcio = fields.Object("fulcio");
        JsonFields? pki = fields.Object("pki");
        if ((keys is null ? 0 : 1) + (fulcio is null ? 0 : 1) + (pki is null ? 0 : 1) != 1)
            throw format.Invalid("sigstoreSigned has to have exactly one of keyPath, keyPaths, keyData, keyDatas, fulcio and pki");
        List<LogKey> logs = [.. (Sources(fields, "rekorPublicKey") ?? []).Select(key => ReadKey(key.Bytes, key.Name))
            .Select(key => new LogKey(key.Id, "", key, Validity.Always))];
        SignedIdentity identity = SignedIdentity.Read(fields.Object("signedIdentity"));
        IReadOnlyList<Signer> signers = keys is not null
            ? [.. keys.Select(key => new KeySigner(ReadKey(key.Bytes, key.Name), key.Name, logs))]
            : [fulcio is not null ? Fulcio(fulcio, logs) : Pki(pki!, logs)];
        return new PolicyRequirement.Signed(signers, identity);
    }

    // As in containers/image: the log determines the time, and certificate logs are ignored.
    private CertificateSigner Fulcio(JsonFields fields, List<LogKey> logs)
    {
        if (logs.Count == 0)
            throw format.Invalid("fulcio needs a rekorPublicKey");
        X509Certificate2[] roots = Certificates(fields, "ca") ?? throw format.Invalid("fulcio needs caPath or caData");
        string issuer = fields.NeededText("oidcIssuer");
        string email = fields.NeededText("subjectEmail");
        fields.Only();
        return new CertificateSigner(
            Root(roots, [], logs), IdentityPattern.Exact(email), IdentityPattern.Exact(issuer), kind: NameKind.Email);
    }

    private CertificateSigner Pki(JsonFields fields, List<LogKey> logs)
    {
        X509Certificate2[] roots = Certificates(fields, "caRoots") ?? throw format.Invalid("pki needs caRootsPath or caRootsData");
        X509Certificate2[] between = Certificates(fields, "caIntermediates") ?? [];
        string? email = fields.Text("subjectEmail");
        string? host = fields.Text("subjectHostname");
        if (logs.Count > 0)
            throw format.Invalid("pki has no rekorPublicKey");
        if (string.IsNullOrEmpty(email) && string.IsNullOrEmpty(host))
            throw format.Invalid("pki needs subjectEmail or subjectHostname");
        if (email is not null && host is not null)
            throw new AirgapException(
                ErrorCode.InvalidTrustPolicy, "subjectEmail and subjectHostname together are not supported.", "Write two requirements.");
        if (host is not null && System.Net.IPAddress.TryParse(host.Trim('[', ']'), out _))
            throw format.Invalid($"the subjectHostname '{host}' is an address, and names alone are supported");
        fields.Only();
        return new CertificateSigner(
            Root(roots, between, []), IdentityPattern.Exact(email ?? host!), issuer: null, mayBeNow: true,
            email is null ? NameKind.Host : NameKind.Email);
    }

    private static TrustedRoot Root(X509Certificate2[] roots, X509Certificate2[] between, List<LogKey> logs) =>
        new() { Authorities = [new Authority(null, roots, between, Validity.Always)], Logs = logs };

    private X509Certificate2[]? Certificates(JsonFields fields, string name)
    {
        string? path = fields.Text(name + "Path");
        byte[]? data = fields.Bytes(name + "Data");
        return path is not null && data is not null ? throw format.Invalid($"{name}Path and {name}Data exclude each other")
            : path is null && data is null ? null
            : [.. CertificateReader.FromPem(Encoding.UTF8.GetString(data ?? readFile(path!)), format)];
    }

    // One of NAMEPath, NAMEPaths, NAMEData, NAMEDatas; null for none.
    private List<(byte[] Bytes, string Name)>? Sources(JsonFields fields, string name)
    {
        string? path = fields.Text(name + "Path");
        IReadOnlyList<string>? paths = fields.Texts(name + "Paths", MaxKeys);
        byte[]? data = fields.Bytes(name + "Data");
        IReadOnlyList<string>? datas = fields.Texts(name + "Datas", MaxKeys);
        int count = (path is null ? 0 : 1) + (paths is null ? 0 : 1) + (data is null ? 0 : 1) + (datas is null ? 0 : 1);
        if (count > 1)
            throw format.Invalid($"only one of {name}Path, {name}Paths, {name}Data and {name}Datas is allowed");
        if (count == 0)
            return null;
        List<(byte[], string)> result = data is not null ? [(data, $"{name}Data")]
            : path is not null ? [(readFile(path), path)]
            : paths is not null ? [.. paths.Select(one => (readFile(one), one))]
            : [.. datas!.Select(one =>
                (JsonFields.TryDecode(one) ?? throw format.Invalid($"'{name}Datas' is not base64"), $"{name}Datas"))];
        return result.Count > 0 ? result : throw format.Invalid($"a list of {name}s is empty");
    }

    private VerificationKey ReadKey(byte[] bytes, string name)
    {
        try
        {
            return KeyFile.Read(bytes, name);
        }
        catch (AirgapException e)
        {
            throw new AirgapException(ErrorCode.InvalidTrustPolicy, $"{format.Name} cannot be read: {e.Message}", format.Advice, e);
        }
    }
}
