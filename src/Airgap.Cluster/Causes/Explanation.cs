using System.Text.RegularExpressions;
using Airgap.Cluster.Objects;
using Airgap.Oci;

namespace Airgap.Cluster.Causes;

/// <summary>The meaning and the cure of a failed object's message.</summary>
/// <param name="Cause">The cause; null for an unknown text.</param>
/// <param name="Diagnostic">The failure: the tools' output in one paragraph, and the advice.</param>
/// <param name="MayHeal">True if a later attempt may succeed without a change of the object.</param>
internal sealed partial record Explanation(Cause? Cause, Diagnostic Diagnostic, bool MayHeal)
{
    private const int LongestMessage = 1500;

    /// <summary>Explains an object that failed.</summary>
    /// <param name="state">The object.</param>
    /// <param name="kind">Its kind.</param>
    public static Explanation Of(ReconcileState state, string kind)
    {
        string message = state.Message ?? "";
        if (state.Phase == ReconcilePhase.Deleting && message.Length == 0)
            return OfDeletion(state, kind);
        KnownCause? known = CauseTable.Find(message, out IReadOnlyDictionary<string, string> groups);
        bool isInstall = kind == ResourceKind.PackageInstall.Kind;
        ErrorCode code = state.Phase == ReconcilePhase.Deleting ? ErrorCode.ObjectDeleting
            : isInstall && known?.Cause is Causes.Cause.NoVersion or Causes.Cause.PackageUnknown ? ErrorCode.VersionGone
            : isInstall ? ErrorCode.InstallFailed : ErrorCode.RepositoryFailed;
        string means = known is null ? "" : $" ({known.Means})";
        string advice = known is null
            ? "Read the whole status: kubectl -n " +
            $"{state.Object.Text("metadata", "namespace")} get {kind.ToLowerInvariant()} {state.Object.Text("metadata", "name")} -o yaml"
            : Fill(known.Advice, Facts(state, groups, isInstall)) + Naming(known.Cause, state, isInstall);
        Diagnostic diagnostic = new(
            code,
            $"{kind} {state.FullName} {(state.Phase == ReconcilePhase.Deleting ? "cannot be deleted" : "does not reconcile")}{means}: " +
            $"{Paragraph(message)}", advice)
        {
            Reference = state.Image,
        };
        return new Explanation(known?.Cause, diagnostic, known?.MayHeal ?? true);
    }

    // No controller has said why; a finalizer may wait for one that does not run.
    private static Explanation OfDeletion(ReconcileState state, string kind)
    {
        string[] held = [.. state.Object.Items("metadata", "finalizers").Select(finalizer => finalizer.ToString())];
        return new Explanation(null, new Diagnostic(
            ErrorCode.ObjectDeleting,
            $"{kind} {state.FullName} is being deleted" +
            $"{(held.Length > 0 ? $", and waits for the finalizer {string.Join(", ", held)}" : "")}.",
            "See whether the controller that removes the finalizer runs: kubectl -n " +
            $"{state.Object.Text("metadata", "namespace")} get {kind.ToLowerInvariant()} {state.Object.Text("metadata", "name")} -o yaml"),
            MayHeal: true);
    }

    // A Secret that nothing names has no effect.
    private static string Naming(Cause cause, ReconcileState state, bool isInstall) =>
        cause != Causes.Cause.Unauthorized || state.SecretName is not null ? ""
        : isInstall
        ? ", and name it: kubectl -n " +
        $"{state.Object.Text("metadata", "namespace")} annotate packageinstall {state.Object.Text("metadata", "name")} " +
        $"ext.packaging.carvel.dev/fetch-0-secret-name={state.Object.Text("metadata", "name")}-pull"
        : ", and name it under spec.fetch.imgpkgBundle.secretRef; with secretgen-controller, export it to this namespace instead " +
        "(SecretExport)";

    /// <summary>
    /// The host that the image was requested from (for a PackageInstall, only the message names it); null if unknown.
    /// </summary>
    public static string? HostOf(ReconcileState state) =>
        state.Image is { } image
            ? PackageImages.HostOf(image) : Asked().Match(state.Message ?? "") is { Success: true } asked ? asked.Groups[1].Value : null;

    /// <summary>A text of several lines as one line, shortened if it is long.</summary>
    public static string Paragraph(string text)
    {
        string line = Blank().Replace(text, " ").Trim();
        return line.Length == 0 ? "no reason was given."
            : line.Length > LongestMessage ? line[..LongestMessage] + "…" : line.EndsWith('.') ? line : line + ".";
    }

    private static Dictionary<string, string> Facts(ReconcileState state, IReadOnlyDictionary<string, string> groups, bool isInstall)
    {
        // Only the message names the image of a PackageInstall.
        string image = state.Image ?? "IMAGE";
        string name = state.Object.Text("metadata", "name") ?? "";
        Dictionary<string, string> facts = new(StringComparer.Ordinal)
        {
            ["ns"] = state.Object.Text("metadata", "namespace") ?? "default",
            ["object"] = name,
            ["name"] = name,
            ["image"] = image,
            ["repository"] = state.Image is null ? "REPOSITORY" : PackageImages.RepositoryOf(image),
            ["mirror"] = HostOf(state) ?? "HOST",
            ["secret"] = state.SecretName ?? $"{name}-pull",
            ["tag"] = "",
            ["host"] = "HOST",
            ["names"] = "",
            ["what"] = "the Package",
        };
        foreach ((string key, string value) in groups)
            facts[key] = value;
        return facts;
    }

    private static string Fill(string advice, Dictionary<string, string> facts) =>
        Slot().Replace(advice, match => facts.GetValueOrDefault(match.Groups[1].Value, match.Value));

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Slot();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();

    [GeneratedRegex(@"https?://([^/\s""]+)/v2/")]
    private static partial Regex Asked();
}
