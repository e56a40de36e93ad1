using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;

namespace Airgap.Publishing;

/// <summary>
/// A publish that pushes the project's bundle to its own repository and relocates nothing: properties of what moves have no effect then.
/// </summary>
internal static class PushedAlone
{
    /// <summary>A warning for the gate, required signatures, signatures and the log (<see cref="ErrorCode.PushNotCovered"/>).</summary>
    /// <param name="settings">The project's settings.</param>
    /// <param name="repository">The bundle's own repository.</param>
    /// <param name="location">The project's content, for the warning.</param>
    public static IEnumerable<Diagnostic> Find(PublishSettings settings, RepositoryName repository, SourceLocation? location)
    {
        string[] names = [.. new (string Name, bool IsSet)[]
        {
            (PropertyNames.GateCommand, settings.GateCommand.Length > 0),
            (PropertyNames.Policy, settings.Policy.Length > 0),
            ("ImgpkgTrust", !settings.Trust.IsEmpty),
            (PropertyNames.SignImages, settings.SignImages.Length > 0),
            (PropertyNames.Provenance, settings.Provenance),
            (PropertyNames.AuditLog, settings.AuditLog.Length > 0),
        }.Where(each => each.IsSet).Select(each => each.Name)];
        if (names.Length == 0)
            yield break;
        yield return new Diagnostic(
            ErrorCode.PushNotCovered,
            $"{Join(names)} {(names.Length == 1 ? "has" : "have")} no effect: the project's bundle is only pushed to {repository}, and " +
            "nothing is relocated.",
            $"Set {PropertyNames.Registry} or {PropertyNames.Archive} too, or omit {(names.Length == 1 ? "it" : "them")} here.")
        { Location = location };
    }

    private static string Join(string[] names) =>
        names.Length == 1 ? names[0] : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";
}
