using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Variables;

/// <summary>Gathers the <c>IMGPKG_REGISTRY_*</c> variables into sets.</summary>
internal static class HostSetReader
{
    internal const string Prefix = "IMGPKG_REGISTRY_";
    private const string AzureConfig = "IMGPKG_REGISTRY_AZURE_CR_CONFIG";

    /// <summary>
    /// The sets, in the order in which they are tried: reverse ordinal order of the host, so that literals come before <c>*</c>.
    /// </summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidEnvironment"/>: an unknown name, or an invalid
    /// host.</exception>
    public static IReadOnlyList<HostSet> Read(EnvironmentVariables environment, Action<string>? trace)
    {
        SortedDictionary<string, Dictionary<string, string>> groups = new(StringComparer.Ordinal);
        foreach ((string name, string value) in environment.All.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal) || name == AzureConfig)
                continue;
            if (!HostSetVariable.TryParse(name[Prefix.Length..], out string? field, out string? suffix))
                throw Unknown(name);
            if (!groups.TryGetValue(suffix, out Dictionary<string, string>? group))
                groups.Add(suffix, group = new(StringComparer.Ordinal));
            group[field] = value;
        }

        List<HostSet> sets = [];
        foreach ((string suffix, Dictionary<string, string> fields) in groups)
        {
            if (Create(suffix, fields, trace) is { } set)
                sets.Add(set);
        }

        return [.. sets.OrderByDescending(set => set.Pattern.Key, StringComparer.Ordinal)];
    }

    private static HostSet? Create(string suffix, Dictionary<string, string> fields, Action<string>? trace)
    {
        string host = fields.GetValueOrDefault(HostSetVariable.HostName, "");
        if (host.Trim().Length == 0)
        {
            // In imgpkg, such a set matches nothing; the trace explains why.
            trace?.Invoke($"{Prefix}*{suffix} is ignored: {Prefix}{HostSetVariable.HostName}{suffix} is not set");
            return null;
        }

        if (!HostPattern.TryParse(host, out HostPattern? pattern, out string? problem))
        {
            throw new AirgapException(
                ErrorCode.InvalidEnvironment,
                $"{Prefix}{HostSetVariable.HostName}{suffix} is not a registry: {problem}.",
                "Write a host such as index.docker.io or *.corp.com:5000, optionally followed by a path to narrow it down.");
        }

        return new HostSet(suffix, pattern, ToCredential(suffix, fields, trace));
    }

    private static Credential ToCredential(string suffix, Dictionary<string, string> fields, Action<string>? trace)
    {
        if (fields.GetValueOrDefault(HostSetVariable.RegistryToken) is { Length: > 0 } registryToken)
            return new Credential.Bearer(registryToken);
        if (fields.GetValueOrDefault(HostSetVariable.IdentityToken) is { Length: > 0 } identityToken)
            return new Credential.IdentityToken(identityToken);
        string userName = fields.GetValueOrDefault(HostSetVariable.UserName, "");
        string password = fields.GetValueOrDefault(HostSetVariable.Password, "");
        if (userName.Length > 0 && password.Length > 0)
            return new Credential.Basic(userName, password);

        // A user name without a password is not a login, as for imgpkg.
        if (userName.Length > 0)
            trace?.Invoke($"{Prefix}{HostSetVariable.UserName}{suffix} is ignored: {Prefix}{HostSetVariable.Password}{suffix} is not set");
        if (password.Length > 0)
            trace?.Invoke($"{Prefix}{HostSetVariable.Password}{suffix} is ignored: {Prefix}{HostSetVariable.UserName}{suffix} is not set");
        return new Credential.Anonymous();
    }

    private static AirgapException Unknown(string name) => new(
        ErrorCode.InvalidEnvironment,
        $"Unknown env variable '{name}'.",
        $"Did you mean {Prefix}{HostSetVariable.Nearest(name[Prefix.Length..])}? Every name that begins {Prefix} must be one of "
        + $"{string.Join(", ", HostSetVariable.Fields)}, plain or with a suffix such as _1.");
}
