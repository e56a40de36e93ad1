namespace Airgap.Registry.Users;

/// <summary>Who may use a registry.</summary>
internal interface IUserStore
{
    /// <summary>Whether that user has that password.</summary>
    ValueTask<bool> KnowsAsync(string user, string password, CancellationToken cancellationToken);
}
