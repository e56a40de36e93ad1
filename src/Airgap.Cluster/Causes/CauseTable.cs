using System.Text.RegularExpressions;

namespace Airgap.Cluster.Causes;

/// <summary>A known failure.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Pattern">A regular expression for the output of kapp-controller's tools.</param>
/// <param name="Means">Its meaning, in a few words.</param>
/// <param name="MayHeal">True if a later attempt may succeed without a change of the object.</param>
/// <param name="Advice">What to do; names in braces are groups of the pattern and facts about the object.</param>
internal sealed record KnownCause(Cause Cause, string Pattern, string Means, bool MayHeal, string Advice);

/// <summary>
/// The known failures in the order in which they are tried. Conditions and exit codes are alike for all; only the texts differ.
/// </summary>
/// <remarks>Source: recorded failures of kapp-controller 0.53 (tests/Airgap.TestKit/fixtures/kubernetes); each matches exactly
/// one.</remarks>
internal static class CauseTable
{
    private static readonly KnownCause[] s_known =
    [
        new(Cause.ProxyUnreachable, "proxyconnect tcp: ", "the proxy of kapp-controller-config does not answer", false,
            "Correct httpsProxy of kapp-controller, or add the mirror to noProxy: kubectl -n kapp-controller edit secret " +
            "kapp-controller-config"),
        new(Cause.CertificateUnknownAuthority, "x509: certificate signed by unknown authority", "private CA", false,
            "Give kapp-controller the authority of the mirror; the next attempt uses it: kubectl -n kapp-controller create secret " +
            "generic kapp-controller-config --from-file=caCerts=CA.pem"),
        new(Cause.CertificateWrongName, @"x509: certificate is valid for (?<names>.+), not (?<host>\S+)",
            "certificate of another host", false,
            "Name the mirror as its certificate does ({names}), or give it a certificate for {host}."),
        new(Cause.CertificateExpired, "x509: certificate has expired or is not yet valid", "expired certificate, or a wrong clock", false,
            "Renew the certificate of the mirror, and compare the clocks of the mirror and the cluster's nodes."),
        new(Cause.HttpRegistry, "http: server gave HTTP response to HTTPS client", "the registry speaks plain http", false,
            "Give the mirror TLS: kapp-controller takes plain http only from localhost, 127.0.0.0/8, private networks and *.local."),
        new(Cause.DnsFailure, @"lookup (?<host>\S+) on \S+: no such host", "the cluster does not know the name", true,
            "Add {host} to the DNS of the cluster, or use a name that the cluster knows. An external name means that the image was " +
            "not relocated: copy it with all its images."),
        new(Cause.ConnectionRefused, "connect: connection refused", "nothing listens there, as seen from the cluster", true,
            "See host and port of the mirror, as the cluster sees them, not this machine."),
        new(Cause.ConnectTimeout, @"dial tcp \S+: i/o timeout", "a firewall drops", true,
            "Allow connections from the cluster's nodes to the mirror: a firewall or network policy drops them."),
        new(Cause.TlsTimeout, "TLS handshake timeout", "accepts and does not answer", true,
            "Check the network between the cluster and the mirror: a proxy or firewall accepts the connection and does not respond. It " +
            "delays every other PackageRepository, too."),
        new(Cause.TokenRefused, @"GET (?<url>\S*token\S*): unexpected status code 40[13]", "the token server refuses the account", true,
            "Correct user and password in the Secret: dotnet airgap secret --for {mirror} --name {secret} -n {ns} --apply"),
        new(Cause.Unauthorized, "UNAUTHORIZED: ", "no credentials for this host reached the registry, or wrong ones", true,
            "Make the Secret with credentials for {mirror}: dotnet airgap secret --for {mirror} --name {secret} -n {ns} --apply"),
        new(Cause.Denied, "DENIED: ", "the account may not read this repository", false,
            "Give the account of the Secret the right to pull {repository}."),
        new(Cause.TooManyRequests, "TOOMANYREQUESTS:", "rate limit of the registry", true,
            "Wait, or raise the mirror's limit of requests; kapp-controller retries automatically."),
        new(Cause.LayerMissing, "BLOB_UNKNOWN: ", "the copy is incomplete", true,
            "The copy at the mirror is incomplete. Copy again, then check it: dotnet airgap verify -b {image}"),
        new(Cause.TagMissing, @"MANIFEST_UNKNOWN: [^\n]*map\[Tag:(?<tag>[^\]]+)\]", "no such tag, or no such repository", true,
            "The tag {tag} or the repository is not there: relocate the bundle. To see which: dotnet airgap verify -b {image}"),
        new(Cause.ImageMissing, "MANIFEST_UNKNOWN: ", "no such digest, or no such repository", true,
            "The digest or the repository is not there: relocate the bundle. To see which: dotnet airgap verify -b {image}"),
        new(Cause.RepositoryMissing, "NAME_UNKNOWN: ", "no such repository", true,
            "The repository is not there: relocate the bundle to {repository}, or correct the path."),
        new(Cause.NotARegistry, @"/v2/: unexpected status code 4\d\d", "something other than a registry answers", true,
            "Something other than a registry answers at {mirror}: see host, port and the path behind a load balancer."),
        new(Cause.RegistryError, @"unexpected status code 5\d\d|UNKNOWN: unknown error", "the registry is in trouble", true,
            "Read the mirror's own log; kapp-controller retries automatically."),
        new(Cause.ConnectionClosed, @"^\s*EOF", "the connection was closed", true,
            "Read the mirror's own log, and that of a proxy before it; kapp-controller retries automatically."),
        new(Cause.SecretMissing, "^Fetching: secrets \"(?<name>[^\"]+)\" not found",
            "the Secret of secretRef, or of the annotation, is not in the namespace", true,
            "Make the Secret in this namespace; it is picked up at once: dotnet airgap secret --for {mirror} --name {name} -n {ns} --apply"),
        new(Cause.SecretKeyUnknown, "Unknown secret field '(?<key>[^']+)' in secret '(?<name>[^']+)'",
            "an Opaque Secret with other keys than username, password, token", true,
            "Recreate the Secret as a pull secret (an Opaque one takes username and password, or token): kubectl -n {ns} delete secret " +
            "{name}, then dotnet airgap secret --for {mirror} --name {name} -n {ns} --apply"),
        new(Cause.NotABundle, "The provided image is not a bundle", "a plain image under imgpkgBundle", false,
            "{image} is a plain image: name a bundle, or fetch it as image."),
        new(Cause.NoPackagesDirectory, "must contain 'packages/' directory but did not", "no packages/", false,
            "Name a bundle that is a package repository: it has packages/ at its top."),
        new(Cause.NoPackages, "Trying to apply empty set of resources", "packages/ without a Package", false,
            "Put Packages under packages/ of the bundle and publish it again."),
        new(Cause.PackageName, @"must be <spec\.refName> \+ '\.' \+ <spec\.version>", "metadata.name is not refName.version", false,
            "Name the Package REFNAME.VERSION in the bundle and publish it again."),
        new(Cause.PackageShortName, "should be a domain with at least three segments separated by dots",
            "refName or PackageMetadata name too short", false,
            "Give the package a name of three parts or more, such as app.corp.com, and publish the bundle again."),
        new(Cause.PackageVersion, "must be valid semver", "version is not semver", false,
            "Give the Package a semantic version, and publish the bundle again."),
        new(Cause.PackageSchema, "^Deserializing resource: ", "a field of a wrong type", false,
            "Correct the field of the Package, and publish the bundle again."),
        new(Cause.PackageFieldMissing, @"InternalPackage\S* ""[^""]+"" is invalid", "a required field is missing", false,
            "Add the field to the Package (InternalPackage is kapp-controller's internal name for it), and publish the bundle again."),
        new(Cause.YamlBroken, "^ytt: Error: Unmarshaling YAML template", "a file that is not YAML", false,
            "Correct the file under packages/, and publish the bundle again."),
        new(Cause.YttError, "^ytt: Error: ", "a template that ytt cannot evaluate", false,
            "Correct the template under packages/, and publish the bundle again."),
        new(Cause.Conflict, @"Conflicting resources: (?<what>\S+) is already present but not identical",
            "another PackageRepository of the namespace has it, with other content", true,
            "Another PackageRepository of the namespace defines {what} with other content: use another namespace, or raise its " +
            "annotation packaging.carvel.dev/revision."),
        new(Cause.NoVersion, "Expected to find at least one version, but did not", "no tag, or no package version, in the range", true,
            "See the versions that there are, and the constraints: kubectl -n {ns} get packages"),
        new(Cause.ConstraintMalformed, "Parsing version constraint", "an invalid range", false,
            "Write constraints such as '>=1.0.0 <2.0.0', with three numbers in each version."),
        new(Cause.ReferenceMalformed, "could not parse reference: ",
            "an invalid image reference, or a tag together with tagSelection", false,
            "Correct the image of spec.fetch; with tagSelection it names no tag."),
        new(Cause.FetchEmpty, "Unsupported way to fetch templates", "spec.fetch is empty", false,
            "Name one source under spec.fetch, such as imgpkgBundle."),
        new(Cause.FetchTwo, @"^kbld: Error: Unable to stat file: .*images\.yml", "two kinds of fetch", false,
            "Name one source alone under spec.fetch."),
        new(Cause.PackageUnknown, @"^Package (?<name>\S+) not found$", "no package at all is visible in the namespace", true,
            "No Package is visible in {ns}: apply its PackageRepository there, or in the global packaging namespace: kubectl -n {ns} get " +
            "packagerepositories"),
        new(Cause.ServiceAccountMissing, "serviceaccounts? \"(?<name>[^\"]+)\" not found", "spec.serviceAccountName", true,
            "Make the service account with its rights: kubectl -n {ns} create serviceaccount {name}. If a deletion waits for it, " +
            "spec.noopDelete: true completes it."),
        new(Cause.ServiceAccountRights, @"is forbidden:\s+User ""system:serviceaccount:", "the service account may not", true,
            "Give the service account of spec.serviceAccountName the right that the message names."),
        new(Cause.ValuesMissing, "^Preparing template values: secrets \"(?<name>[^\"]+)\" not found", "Secret of spec.values", true,
            "Make the Secret {name} of spec.values in {ns}."),
        new(Cause.Downgrade, "^Stopped installing matched version", "annotation packaging.carvel.dev/downgradable", false,
            "Name a version that is not older, or allow it: kubectl -n {ns} annotate packageinstall {object} " +
            "packaging.carvel.dev/downgradable=''"),
    ];

    /// <summary>Finds the cause in a message.</summary>
    /// <param name="message">The tools' output.</param>
    /// <param name="groups">The pattern's groups.</param>
    /// <returns>Null for an unknown message.</returns>
    public static KnownCause? Find(string message, out IReadOnlyDictionary<string, string> groups)
    {
        foreach (KnownCause known in s_known)
        {
            if (Match(message, known.Pattern) is not { } match)
                continue;
            groups = match.Groups.Values.Where(group => group.Success && !char.IsAsciiDigit(group.Name[0]))
                .ToDictionary(group => group.Name, group => group.Value);
            return known;
        }

        groups = new Dictionary<string, string>();
        return null;
    }

    // A text that takes long to search does not come from the tools.
    private static Match? Match(string message, string pattern)
    {
        try
        {
            return Regex.Match(message, pattern, RegexOptions.Multiline, TimeSpan.FromSeconds(1)) is { Success: true } match ? match : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
