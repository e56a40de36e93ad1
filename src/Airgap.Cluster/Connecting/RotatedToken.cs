using System.Net.Http.Headers;

namespace Airgap.Cluster.Connecting;

/// <summary>A token in a file that another program replaces before the token expires.</summary>
/// <param name="file">The file.</param>
/// <param name="former">The token to use while the file cannot be read; null for none.</param>
/// <remarks>As in client-go, each request reads the file, and the last token serves while the file is missing or empty.</remarks>
internal sealed class RotatedToken(string file, string? former = null)
{
    private string? _last = former;

    /// <summary>The <c>Authorization</c> header of a request.</summary>
    /// <exception cref="FormatException">The file is empty or too long, and there is no earlier token.</exception>
    public Task<AuthenticationHeaderValue?> AuthorizeAsync()
    {
        try
        {
            string token = TokenFile.Read(file).Trim();
            _last = token.Length > 0 ? token : _last ?? throw new FormatException($"the token file {file} is empty");
        }
        catch (Exception failure) when (
            _last is not null && failure is IOException or UnauthorizedAccessException or FormatException)
        {
            // The next request reads it again.
        }

        return Task.FromResult<AuthenticationHeaderValue?>(new AuthenticationHeaderValue("Bearer", _last!));
    }
}
