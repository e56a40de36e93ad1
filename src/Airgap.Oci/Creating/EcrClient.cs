using System.Collections.Concurrent;
using Airgap.Oci.Credentials.Keychains;
using Airgap.Oci.Credentials.Keychains.Amazon;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Creating;

/// <summary>
/// Calls the services behind Amazon registries with the AWS keys that the environment offers. Finds the keys once for each registry.
/// </summary>
internal sealed class EcrClient
{
    private readonly AwsKeyChain _keys;
    private readonly EcrService _service;
    private readonly ConcurrentDictionary<string, Shared<(AwsKeys Keys, string Place)?>> _found = new(StringComparer.OrdinalIgnoreCase);

    public EcrClient(RegistryOptions options, Func<HttpMessageHandler>? createHandler)
    {
        EnvironmentVariables environment = EnvironmentVariables.Capture(options.Environment);
        CloudClient cloud = new(createHandler, options.TimeProvider);
        _keys = new AwsKeyChain(environment, cloud);
        _service = new EcrService(environment, cloud);
    }

    /// <summary>Where keys are searched for, for messages.</summary>
    public string Places => _keys.Places;

    /// <summary>Calls an operation.</summary>
    /// <param name="registry">The registry's host.</param>
    /// <param name="operation">Such as <c>CreateRepository</c>.</param>
    /// <param name="body">Makes its input for a host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when there are no keys.</returns>
    /// <exception cref="CloudException">The keys cannot be used, or the service does not respond.</exception>
    public async Task<EcrResponse?> CallAsync(
        string registry, string operation, Func<EcrHost, byte[]> body, CancellationToken cancellationToken)
    {
        EcrHost host = EcrHost.Parse(registry);
        // A role's keys expire during a run of hours.
        (AwsKeys Keys, string Place)? found = await FindAsync(registry, host, cancellationToken);
        if (found is not ({ } keys, _))
            return null;
        EcrResponse response = await _service.CallAsync(host, operation, body(host), keys, cancellationToken);
        if (response.Error is not ("ExpiredTokenException" or "ExpiredToken"))
            return response;
        _found.TryRemove(registry, out _);
        return await FindAsync(registry, host, cancellationToken) is not ({ } renewed, _) ? null
            : await _service.CallAsync(host, operation, body(host), renewed, cancellationToken);
    }

    private Task<(AwsKeys Keys, string Place)?> FindAsync(string registry, EcrHost host, CancellationToken cancellationToken) =>
        _found.GetOrAdd(registry, _ => new Shared<(AwsKeys, string)?>(token => _keys.FindAsync(host.Region, token), CancellationToken.None))
            .GetAsync(cancellationToken);
}
