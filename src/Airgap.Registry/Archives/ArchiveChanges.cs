using Airgap.Oci;

namespace Airgap.Registry.Archives;

/// <summary>Tells the operator of archives that have changed while they were served, once each.</summary>
/// <param name="warn">Receives the warnings; null to ignore them.</param>
internal sealed class ArchiveChanges(Action<Diagnostic>? warn)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Tells of a changed archive.</summary>
    /// <param name="path">The archive.</param>
    public void Tell(string path)
    {
        lock (_gate)
        {
            if (!_told.Add(path))
                return;
        }

        warn?.Invoke(new Diagnostic(
            ErrorCode.ServedArchiveChanged,
            $"'{path}' has changed since it was opened, so what only it held can no longer be served: requests for that are refused (410).",
            "End this registry and start it again. To replace an archive while it is served, write the new one beside it and rename it.")
        { Location = new SourceLocation(path) });
    }
}
