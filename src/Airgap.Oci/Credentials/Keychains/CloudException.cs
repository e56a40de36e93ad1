namespace Airgap.Oci.Credentials.Keychains;

/// <summary>
/// A cloud refused an available way to log in. The message is a clause that names the refusing service, never a secret.
/// </summary>
internal sealed class CloudException(string message, Exception? cause = null) : Exception(message, cause);
