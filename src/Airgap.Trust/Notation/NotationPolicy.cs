using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Notation;

/// <summary>A trustpolicy.json of the Notary Project.</summary>
/// <remarks>Source: notaryproject/specifications, specs/trust-store-trust-policy.md.</remarks>
internal sealed class NotationPolicy
{
    private const int MaxStatements = 100;

    private readonly List<NotationStatement> _statements;

    private NotationPolicy(List<NotationStatement> statements) => _statements = statements;

    /// <summary>Reads one.</summary>
    /// <param name="json">The file's bytes.</param>
    /// <param name="name">The file, for failures.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidTrustPolicy"/>.</exception>
    public static NotationPolicy Read(ReadOnlyMemory<byte> json, string name)
    {
        Format format = new(ErrorCode.InvalidTrustPolicy, $"The policy {name}",
            "Write it as a trust policy of the Notary Project ('notation policy show').");
        return StrictJson.Read(json, format, fields =>
        {
            if (fields.Text("version") != "1.0")
                throw format.Invalid("its version is not 1.0");
            List<NotationStatement> statements = [.. fields.Objects("trustPolicies", MaxStatements).Select(NotationStatement.Read)];
            fields.Only();
            if (statements.Count == 0)
                throw format.Invalid("it has no statement");
            if (statements.DistinctBy(statement => statement.Name).Count() != statements.Count)
                throw format.Invalid("two statements have the same name");
            string[] scopes = [.. statements.SelectMany(statement => statement.Scopes)];
            return scopes.Distinct(StringComparer.Ordinal).Count() == scopes.Length
                ? new NotationPolicy(statements) : throw format.Invalid("a scope occurs twice");
        }, Limits.ConfigBytes);
    }

    /// <summary>A strict policy for every repository.</summary>
    /// <param name="stores">The trust stores.</param>
    /// <param name="subject">Parts of the subject that certificates need, or <c>*</c>.</param>
    public static NotationPolicy OfAll(IReadOnlyList<string> stores, string subject)
    {
        Format format = new(ErrorCode.InvalidTrustRule, $"The subject '{subject}'",
            "Write C=…, ST=…, O=… as the certificate has them, or '*'.");
        NotationIdentity[] identities = subject == "*" ? [] : [NotationIdentity.Parse($"x509.subject: {subject}", format)];
        return new NotationPolicy(
            [new NotationStatement("all", ["*"], new NotationLevel(false, true, true, true), stores, identities, AlwaysStamped: true)]);
    }

    /// <summary>
    /// The statement for a repository: its own, or else the one for all; null for none. A scope for Docker Hub may have any of its names,
    /// and a host any case.
    /// </summary>
    public NotationStatement? For(RepositoryName repository)
    {
        string name = OneSpelling(repository.Registry, repository.Path);
        return _statements.FirstOrDefault(statement => statement.Scopes.Any(scope => scope == repository.ToString()))
            ?? _statements.FirstOrDefault(statement => statement.Scopes.Any(scope =>
                scope.IndexOf('/') is > 0 and int slash && OneSpelling(scope[..slash], scope[(slash + 1)..]) == name))
            ?? _statements.FirstOrDefault(statement => statement.Scopes is ["*"]);
    }

    private static string OneSpelling(string host, string path) => $"{NormalizedHost.Of(host)}/{path}";
}
