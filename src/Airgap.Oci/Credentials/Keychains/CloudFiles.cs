namespace Airgap.Oci.Credentials.Keychains;

/// <summary>Reads the small files that variables point to: tokens and keys.</summary>
internal static class CloudFiles
{
    private const int MaxBytes = 1024 * 1024;

    /// <exception cref="CloudException">It cannot be read.</exception>
    public static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
                throw new CloudException($"the file '{path}' is larger than 1 MiB");
            return (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CloudException($"the file '{path}' cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }
}
