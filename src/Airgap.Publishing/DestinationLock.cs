using System.Security.Cryptography;
using System.Text;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>
/// Lets one publish of a user at a time write to a destination, over all processes: of two projects in one build that declare the
/// same bundle the second finds all present, and two archives never meet at one path.
/// </summary>
internal static class DestinationLock
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits for the destination.</summary>
    /// <param name="destination">Where the relocation goes.</param>
    /// <param name="observer">Is told once that it waits.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What gives the destination free; null where the machine has no place for a lock, which costs only repeated work.</returns>
    public static async Task<IDisposable?> AcquireAsync(RelocationDestination destination, ITransferObserver observer, CancellationToken cancellationToken)
    {
        string? path = PathOf(destination);
        for (bool told = false; path is not null; told = true)
        {
            try
            {
                // The system lets go of it when a process ends, however that comes about.
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (UnauthorizedAccessException)
            {
                return null;
            }
            catch (IOException) when (File.Exists(path))
            {
                if (!told)
                    observer.Detail($"waiting for another relocation to {destination}");
            }
            catch (IOException)
            {
                return null;
            }

            await Task.Delay(s_interval, cancellationToken);
        }

        return null;
    }

    private static string? PathOf(RelocationDestination destination)
    {
        try
        {
            string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(destination.ToString()!)))[..32];
            string folder = Path.Combine(Path.GetTempPath(), $"airgap-locks-{Environment.UserName}");
            Directory.CreateDirectory(folder);
            return Path.Combine(folder, name);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            return null;
        }
    }
}
