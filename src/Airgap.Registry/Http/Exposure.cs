using System.Net;
using Airgap.Oci;

namespace Airgap.Registry.Http;

/// <summary>Warns about a registry that is reachable without protection.</summary>
internal static class Exposure
{
    /// <summary>A warning for a registry that other machines reach without https or without users; null for any other.</summary>
    public static Diagnostic? Of(RegistryServerOptions options, bool isReadOnly)
    {
        bool hasUsers = options.BasicAuth is not null || options.PasswordFile is not null;
        if (IPAddress.IsLoopback(options.Listen.Address) || (hasUsers && options.Certificate is not null))
            return null;
        string can = isReadOnly ? "read" : "read and change";
        string what = hasUsers
            ? "without https: passwords and content cross the network in clear text"
            : options.Certificate is null
                ? "without https and without users: everyone who reaches it can " +
                $"{can} its content, and anyone on the network path can change what arrives"
                : $"without users: everyone who reaches it can {can} its content";
        return new Diagnostic(
            ErrorCode.ExposedRegistry,
            $"The registry is reachable from other machines at {options.Listen}, {what}.",
            "Add a certificate and a password file, or listen on 127.0.0.1.");
    }
}
