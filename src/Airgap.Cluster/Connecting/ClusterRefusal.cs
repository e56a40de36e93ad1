using System.Text.Json;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Connecting;

/// <summary>Explains a refusal of the API. The status alone is not enough: a schema's refusal is a 500.</summary>
internal static class ClusterRefusal
{
    // A policy may list every rule that an object breaks. A proxy's page says little.
    private const int LongestMessage = 4 * 1024;
    private const int LongestPage = 600;

    private const string Policy = "A policy of the cluster refuses it: correct the manifest, or ask the cluster's administrators.";

    /// <summary>The failure of an answer that is not a success.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="what">The requested object, as the subject of a sentence: <c>PackageRepository
    /// packages/simple</c>.</param>
    /// <param name="verb">What was tried, as an infinitive: <c>applied</c>, <c>listed</c>.</param>
    /// <param name="reapply">What to do about fields of another manager; null for the common advice.</param>
    public static AirgapException Of(ClusterResponse response, string what, string verb, string? reapply = null)
    {
        JsonElement status = response.Object;
        string message = MessageOf(response);
        string subject = $"{what} {(verb is "listed" or "watched" or "read by name" ? "were" : "was")} not {verb}";
        (ErrorCode code, string text, string advice) = response.Status switch
        {
            _ when IsDenied(message) => (ErrorCode.ObjectRefused, $"{subject}: {message}.", Policy),
            401 => (ErrorCode.ClusterUnauthorized, $"{subject}: the cluster does not recognise the credentials ({message}).",
                "Log in again: the token or certificate of the kubeconfig is missing, unknown or expired."),
            403 when HasCause(status, "NamespaceTerminating") =>
                (ErrorCode.ObjectDeleting, $"{subject}: its namespace is being deleted.",
                    "Wait until the namespace is gone, or see what blocks its deletion: kubectl get namespaces -o yaml. It cannot go " +
                    "while kapp-controller's API is down."),
            403 when message.Contains("exceeded quota", StringComparison.Ordinal) =>
                (ErrorCode.ObjectRefused, $"{subject}: {message}.", "Raise the quota of the namespace, or delete what it no longer needs."),
            403 when message.Contains("system:anonymous", StringComparison.Ordinal) =>
                (ErrorCode.ClusterUnauthorized, $"{subject}: no credentials were sent, and {message}.",
                    "Choose a context with a user (--context), or log in."),
            // The right to create is checked late, and the cluster then gives no reason.
            403 when message.EndsWith("is forbidden:", StringComparison.Ordinal) =>
                (ErrorCode.ClusterForbidden, $"{subject}: {message.TrimEnd(':')}, and the cluster gives no reason.",
                    "The right to create it may be missing: 'kubectl auth can-i create' shows it. Request it, or use another context " +
                    "(--context)."),
            403 when IsOfAPolicy(status, message) => (ErrorCode.ObjectRefused, $"{subject}: {message}.", Policy),
            403 => (ErrorCode.ClusterForbidden, $"{subject}: {message}.",
                "Request the permission that the message names, or use another context (--context)."),
            404 when response.Body is null =>
                (ErrorCode.KindNotServed, $"{subject}: the cluster does not serve this kind.",
                    "Install what serves it: kapp-controller for PackageRepository and PackageInstall, secretgen-controller for " +
                    "SecretExport."),
            404 when status.Text("details", "kind") == "namespaces" =>
                (ErrorCode.ObjectRefused, $"{subject}: the namespace {status.Text("details", "name")} does not exist.",
                    $"Make it: kubectl create namespace {status.Text("details", "name")}"),
            404 => (ErrorCode.ObjectRefused, $"{subject}: {message}.", "See whether name and namespace are right."),
            409 when HasCause(status, "FieldManagerConflict") =>
                (ErrorCode.FieldConflict, $"{subject}: {Conflicts(status)}.",
                    reapply ?? "Leave the fields out of the manifest, or take them over: " +
                    "kubectl apply --server-side --force-conflicts --field-manager=airgap -f FILE"),
            409 => (ErrorCode.FieldConflict, $"{subject}: {message}.",
                "Leave resourceVersion and uid out of the manifest; if it has neither, the object changed meanwhile: try again."),
            413 or 500 when response.Status == 413 || message.Contains("request is too large", StringComparison.Ordinal) =>
                (ErrorCode.ObjectRefused, $"{subject}: it is larger than the cluster takes ({message}).",
                    "Make it smaller, or divide it: a cluster stores about 1 MiB for an object."),
            // No reason is given where the document does not fit the schema.
            500 when message.Contains("failed to create typed patch object", StringComparison.Ordinal) =>
                (ErrorCode.ObjectRefused, $"{subject}: the manifest does not fit the schema of the cluster: {Schema(message)}.",
                    "Correct the field; 'kubectl explain' shows what the cluster takes."),
            500 when message.Contains("failed to convert new object", StringComparison.Ordinal) =>
                (ErrorCode.ObjectRefused, $"{subject}: the cluster cannot read the manifest: {message}.",
                    "Correct the manifest; the values under a Secret's data are base64, those under stringData are plain."),
            500 when message.Contains("failed calling webhook", StringComparison.Ordinal)
                || message.Contains("conversion webhook", StringComparison.Ordinal) =>
                (ErrorCode.ClusterFault, $"{subject}: {message}.",
                    "A webhook of the cluster fails or does not respond: ask its administrators, and run the command again."),
            422 when IsImmutable(response) => (ErrorCode.ObjectRefused, $"{subject}: {Causes(status) ?? message}.",
                "The cluster does not let this be changed. Leave it as it is there, give the object another name, or delete the object " +
                "and run the command again."),
            400 or 415 or 422 => (ErrorCode.ObjectRefused, $"{subject}: {Causes(status) ?? message}.",
                message.Contains("admission webhook", StringComparison.Ordinal) ? Policy : "Correct the manifest."),
            429 => (ErrorCode.ClusterFault, $"{subject}: the cluster is too busy ({message}).", "Run the command again later."),
            503 when response.Body is null && !response.IsOfPackages =>
                (ErrorCode.ClusterFault, $"{subject}: nothing answers behind the cluster's address ({message}).",
                    "An aggregated API is down ('kubectl get apiservices' shows it), or the cluster itself behind a load balancer: run " +
                    "the command again once it is up."),
            503 when response.Body is null =>
                (ErrorCode.PackagesNotServed, $"{subject}: kapp-controller's own API does not answer ({message}).",
                    "See whether kapp-controller runs: kubectl get apiservice v1alpha1.data.packaging.carvel.dev, kubectl -n " +
                    "kapp-controller get pods"),
            // The request may still be carried out.
            504 when verb is not ("read" or "found" or "listed" or "watched" or "read by name") =>
                (ErrorCode.ClusterFault, $"{what}: whether it was {verb} is unknown, because the cluster took too long ({message}).",
                    "A webhook or the cluster's storage is slow: ask its administrators, and run the command again."),
            _ => (ErrorCode.ClusterFault, $"{subject}: the cluster answered {response.Status} ({message}).",
                "See the cluster's own state (kubectl get --raw /readyz), and run the command again."),
        };
        return new AirgapException(code, text, advice) { StatusCode = response.Status };
    }

    /// <summary>True if the cluster does not let a field of an existing object be changed.</summary>
    public static bool IsImmutable(ClusterResponse response) =>
        response.Status == 422 && MessageOf(response) is { } message && !IsDenied(message)
        && (message.Contains("immutable", StringComparison.Ordinal) || message.Contains("cannot change roleRef", StringComparison.Ordinal));

    /// <summary>True if a webhook of the cluster keeps the server from trying a request without carrying it out.</summary>
    public static bool IsNoDryRun(ClusterResponse response) =>
        !response.IsSuccess && MessageOf(response).Contains("does not support dry run", StringComparison.Ordinal);

    // A webhook chooses the status of its refusal, which then does not mean what it means from the server.
    private static bool IsDenied(string message) =>
        (message.Contains("admission webhook", StringComparison.Ordinal)
            && message.Contains("denied the request", StringComparison.Ordinal))
        || (message.Contains("ValidatingAdmissionPolicy", StringComparison.Ordinal)
            && message.Contains("denied request", StringComparison.Ordinal));

    // A refusal for want of rights names the user; a proxy's refusal is no Status.
    private static bool IsOfAPolicy(JsonElement status, string message) =>
        status.Text("kind") == "Status" && !message.Contains("user \"", StringComparison.OrdinalIgnoreCase);

    private static bool HasCause(JsonElement status, string reason) =>
        status.Items("details", "causes").Any(cause => cause.Text("reason") == reason);

    // conflict with "kubectl" over .spec.syncPeriod
    private static string Conflicts(JsonElement status) => string.Join("; ", status.Items("details", "causes")
        .Where(cause => cause.Text("reason") == "FieldManagerConflict")
        .GroupBy(cause => cause.Text("message") ?? "conflict", StringComparer.Ordinal)
        .Select(group => $"{group.Key} over {string.Join(", ", group.Select(cause => cause.Text("field")))}"));

    private static string? Causes(JsonElement status)
    {
        string[] causes = [.. status.Items("details", "causes")
            .Select(cause => (cause.Text("field") is { } field ? $"{field}: " : "") + Sentence(cause.Text("message") ?? ""))];
        return causes.Length == 0 ? null : string.Join("; ", causes);
    }

    // It quotes the value that it got, which may be a Secret's.
    private static string Schema(string message)
    {
        string rest = message[(message.IndexOf("): ", StringComparison.Ordinal) is >= 0 and int at ? at + 3 : 0)..];
        return rest.IndexOf(", got ", StringComparison.Ordinal) is > 0 and int quoted ? rest[..quoted] : rest;
    }

    private static string MessageOf(ClusterResponse response) => response.Object.Text("message") is { } message
        ? Sentence(message) : Sentence(response.Text, LongestPage);

    // One line without its last full stop.
    private static string Sentence(string text, int longest = LongestMessage)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
        return line.Length == 0 ? "no reason was given" : line.Length > longest ? line[..longest] + "…" : line;
    }
}
