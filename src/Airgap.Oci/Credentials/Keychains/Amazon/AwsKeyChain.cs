using Airgap.Oci.Wire;

namespace Airgap.Oci.Credentials.Keychains.Amazon;

/// <summary>
/// The places with keys for Amazon's services, in the order of Amazon's own programs. The first with keys decides.
/// </summary>
internal sealed class AwsKeyChain
{
    private readonly IAwsKeySource[] _sources;

    public AwsKeyChain(EnvironmentVariables environment, CloudClient client)
    {
        AwsRoles roles = new(client, new AwsEndpoints(environment));
        AwsEnvironmentKeys variables = new(environment);
        AwsContainerKeys container = new(environment, client);
        AwsInstanceKeys instance = new(environment, client);
        Dictionary<string, IAwsKeySource> elsewhere = new(StringComparer.Ordinal)
        {
            ["Environment"] = variables,
            ["EcsContainer"] = container,
            ["Ec2InstanceMetadata"] = instance,
        };
        _sources = [variables, new AwsWebIdentityKeys(environment, roles), new AwsProfileKeys(environment, roles, elsewhere),
            container, instance];
    }

    /// <summary>The places, for a message.</summary>
    public string Places => string.Join(", ", _sources.Select(source => source.Place));

    /// <summary>Searches for keys.</summary>
    /// <param name="region">The region of the token service, if that is used.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The keys and their place; null when no place has any.</returns>
    /// <exception cref="CloudException">A place has keys that cannot be used.</exception>
    public async Task<(AwsKeys Keys, string Place)?> FindAsync(AwsRegion region, CancellationToken cancellationToken)
    {
        foreach (IAwsKeySource source in _sources)
        {
            if (await source.FindAsync(region, cancellationToken) is { } keys)
                return (keys, source.Place);
        }

        return null;
    }
}
