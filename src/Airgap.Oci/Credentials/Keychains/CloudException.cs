namespace Airgap.Oci.Credentials.Keychains;

/// <summary>A cloud that has a way to log in, and refused. The message is a clause that names who refused, never a secret.</summary>
internal sealed class CloudException(string message, Exception? cause = null) : Exception(message, cause);
