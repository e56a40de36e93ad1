using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Policies;

/// <summary>A policy.json of the containers tools: requirements for images by their place.</summary>
/// <remarks>Source: containers/image, docs/containers-policy.json.5.md. A field or type that is not known is an error of the whole
/// file.</remarks>
internal sealed class ContainersPolicy
{
    private const int MaxRequirements = 100;

    private readonly IReadOnlyList<PolicyRequirement> _default;
    private readonly Dictionary<string, IReadOnlyList<PolicyRequirement>> _scopes;

    private ContainersPolicy(IReadOnlyList<PolicyRequirement> byDefault, Dictionary<string, IReadOnlyList<PolicyRequirement>> scopes)
    {
        _default = byDefault;
        _scopes = scopes;
    }

    /// <summary>Reads one.</summary>
    /// <param name="json">The file's bytes.</param>
    /// <param name="name">The file, for failures.</param>
    /// <param name="readFile">Reads a file that it names, such as a key.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidTrustPolicy"/>.</exception>
    public static ContainersPolicy Read(ReadOnlyMemory<byte> json, string name, Func<string, byte[]> readFile)
    {
        Format format = new(ErrorCode.InvalidTrustPolicy, $"The policy {name}", "Write it as containers-policy.json(5) says.");
        RequirementReader reader = new(format, readFile);
        return StrictJson.Read(json, format, fields =>
        {
            fields.NoNulls();
            IReadOnlyList<PolicyRequirement> byDefault = Requirements(fields, "default", reader);
            Dictionary<string, IReadOnlyList<PolicyRequirement>> scopes = new(StringComparer.Ordinal);
            if (fields.Object("transports") is { } transports)
            {
                foreach (string transport in transports.Names)
                {
                    JsonFields byScope = transports.NeededObject(transport);
                    foreach (string scope in byScope.Names)
                    {
                        if (!OtherTransports.MayHave(transport, scope))
                            throw format.Invalid($"the transport '{transport}' has no scope '{scope}'");
                        IReadOnlyList<PolicyRequirement> requirements = Requirements(byScope, scope, reader);
                        if (transport == "docker")
                            scopes[scope] = requirements;
                    }
                }
            }

            fields.Only();
            return new ContainersPolicy(byDefault, scopes);
        }, Limits.ConfigBytes);
    }

    /// <summary>The requirements for an image: only those of the most specific scope.</summary>
    public IReadOnlyList<PolicyRequirement> For(ImageReference image) =>
        PolicyScopes.Of(image).Select(scope => _scopes.GetValueOrDefault(scope)).FirstOrDefault(found => found is not null) ?? _default;

    private static IReadOnlyList<PolicyRequirement> Requirements(JsonFields fields, string name, RequirementReader reader)
    {
        IReadOnlyList<JsonFields> list = fields.Objects(name, MaxRequirements);
        return list.Count > 0 ? [.. list.Select(reader.Read)] : throw fields.Missing(name);
    }
}
