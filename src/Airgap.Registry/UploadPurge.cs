using Airgap.Registry.Storage;

namespace Airgap.Registry;

/// <summary>Deletes abandoned uploads and removed tags while the registry runs. It neither delays nor fails a request.</summary>
internal sealed class UploadPurge(RegistryStorage storage, TimeSpan every)
{
    /// <summary>Deletes immediately and at every interval, until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            using PeriodicTimer timer = new(every);
            try
            {
                do
                {
                    try
                    {
                        storage.Uploads.Purge(storage.Catalog, cancellationToken);
                        await storage.SweepAllAsync(cancellationToken);
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        // It is tried again at the next interval.
                    }
                }
                while (await timer.WaitForNextTickAsync(cancellationToken));
            }
            catch (OperationCanceledException)
            {
            }
        },
        CancellationToken.None);
}
