using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>The profile of <c>AWS_PROFILE</c>, else the default one: keys, or a role that is assumed with another profile's keys.</summary>
/// <param name="environment">Gives the profile and the files.</param>
/// <param name="roles">Assumes roles.</param>
/// <param name="elsewhere">The sources that <c>credential_source</c> may name, by name.</param>
internal sealed class AwsProfileKeys(EnvironmentVariables environment, AwsRoles roles, IReadOnlyDictionary<string, IAwsKeySource> elsewhere)
    : IAwsKeySource
{
    private const int MaxDepth = 5;

    public string Place => "the profiles of ~/.aws";

    public async Task<AwsKeys?> FindAsync(AwsRegion region, CancellationToken cancellationToken)
    {
        AwsProfiles profiles = new();
        bool isThere = await AddAsync(profiles, "AWS_SHARED_CREDENTIALS_FILE", "credentials", isConfig: false, cancellationToken);
        isThere |= await AddAsync(profiles, "AWS_CONFIG_FILE", "config", isConfig: true, cancellationToken);
        string? asked = environment.NonEmpty("AWS_PROFILE") ?? environment.NonEmpty("AWS_DEFAULT_PROFILE");
        string name = asked ?? "default";
        if (profiles[name] is null && asked is not null)
            throw new CloudException(
                "AWS_PROFILE names the profile " +
                $"{asked}, {(isThere ? "which the files in ~/.aws lack" : "but there are no files in ~/.aws")}");
        return await FindAsync(profiles, name, region, MaxDepth, cancellationToken);
    }

    private async Task<AwsKeys?> FindAsync(
        AwsProfiles profiles, string name, AwsRegion region, int depth, CancellationToken cancellationToken)
    {
        if (profiles[name] is not { } profile)
            return null;
        if (depth == 0)
            throw new CloudException($"the profile {name} assumes roles through too many other profiles");
        string? session = profile.GetValueOrDefault("role_session_name");
        if (profile.TryGetValue("role_arn", out string? role))
        {
            if (profile.TryGetValue("web_identity_token_file", out string? file))
                return await roles.AssumeWithTokenAsync(region, role, file, session, cancellationToken);
            AwsKeys? keys = await SourceOfAsync(profiles, name, profile, region, depth, cancellationToken);
            return await roles.AssumeAsync(
                region, role, session, profile.GetValueOrDefault("external_id"),
                keys ?? throw new CloudException(
                    $"the profile {name} assumes the role {role} with keys that do not exist"), cancellationToken);
        }

        if (KeysOf(profile) is { } own)
            return own;
        if (profile.Keys.FirstOrDefault(
            key => key.StartsWith("sso_", StringComparison.Ordinal) || key == "credential_process") is { } setting)
            throw new CloudException($"the profile {name} logs in by {setting}, which only Amazon's own helper can do");
        return null;
    }

    private async Task<AwsKeys?> SourceOfAsync(
        AwsProfiles profiles, string name, IReadOnlyDictionary<string, string> profile, AwsRegion region, int depth,
        CancellationToken cancellationToken)
    {
        if (profile.TryGetValue("source_profile", out string? source))
        {
            // A profile may name itself: its own keys then assume the role.
            return source == name ? KeysOf(profile) : await FindAsync(profiles, source, region, depth - 1, cancellationToken);
        }

        return profile.TryGetValue("credential_source", out string? place) && elsewhere.TryGetValue(place, out IAwsKeySource? keys)
            ? await keys.FindAsync(region, cancellationToken)
            : null;
    }

    private static AwsKeys? KeysOf(IReadOnlyDictionary<string, string> profile) =>
        profile.TryGetValue("aws_access_key_id", out string? id) && profile.TryGetValue("aws_secret_access_key", out string? secret)
            ? new AwsKeys(id, secret, profile.GetValueOrDefault("aws_session_token"))
            : null;

    private async Task<bool> AddAsync(
        AwsProfiles profiles, string variable, string fileName, bool isConfig, CancellationToken cancellationToken)
    {
        string? path = environment.NonEmpty(variable) ?? (environment.Home is { } home ? Path.Combine(home, ".aws", fileName) : null);
        if (path is null || !File.Exists(path))
            return false;
        profiles.Add(await CloudFiles.ReadAsync(path, cancellationToken), isConfig);
        return true;
    }
}
