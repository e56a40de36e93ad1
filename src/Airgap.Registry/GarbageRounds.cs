using Airgap.Oci;
using Airgap.Registry.Storage;

namespace Airgap.Registry;

/// <summary>Collects garbage while the registry runs. It delays requests only briefly, and fails none.</summary>
internal sealed class GarbageRounds(GarbageCollector collector, TimeSpan grace, TimeSpan every, Action<Diagnostic>? warning)
{
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Collects at every interval, until it is cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            using PeriodicTimer timer = new(every);
            try
            {
                while (await timer.WaitForNextTickAsync(cancellationToken))
                    Collect(cancellationToken);
            }
            catch (OperationCanceledException)
            {
            }
        },
        CancellationToken.None);

    private void Collect(CancellationToken cancellationToken)
    {
        try
        {
            foreach (string name in collector.Collect(grace, isDry: false, cancellationToken).Unreadable.Where(_told.Add))
                warning?.Invoke(NotSwept(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is tried again at the next interval.
        }
    }

    /// <summary>The warning about a repository whose garbage cannot be distinguished from what is needed.</summary>
    public static Diagnostic NotSwept(string name) => new(
        ErrorCode.RepositoryNotSwept,
        $"The repository {name} has a manifest that cannot be read, so the blobs it needs are unknown, and all of them are kept.",
        "Push the manifest again, or delete it.")
    { Reference = name };
}
